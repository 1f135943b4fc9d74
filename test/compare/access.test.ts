import type { Job } from '@trainyard/contracts';
import { beforeAll, describe, expect, it } from 'vitest';
import { SMALL_NET } from '../api/networks.js';
import { expectProblem } from '../api/problem.js';
import { createTestApi, type TestApi } from '../api/setup.js';
import { readyDataset } from '../db/rows.js';

let api: TestApi;
let jobs: Job[];

beforeAll(async () => {
  api = await createTestApi();
  const { id: dataset_id } = await readyDataset(api.db, api.member.projectId);
  const post = async (epochs: number) => {
    const body = { dataset_id, model: SMALL_NET, training: { epochs } };
    return (await api.member.post('/v1/jobs', body).expect(202)).body;
  };
  jobs = [await post(1), await post(2)];
});

const path = (picture = '') => `/v1/jobs/compare${picture}?ids=${jobs.map(({ id }) => id).join(',')}`;

describe('a comparison of jobs', () => {
  it('does not exist for a key of another project, in figures or in a picture', async () => {
    expectProblem(await api.stranger.get(path()), 'not_found');
    expectProblem(await api.stranger.get(path('.png')), 'not_found');
  });

  it('leaves jobs that have nothing to test out, and still says how they differ', async () => {
    const { body } = await api.member.get(path()).expect(200);
    expect(body.differences).toEqual([{ pointer: '/training/epochs', values: { [jobs[0].id]: 1, [jobs[1].id]: 2 } }]);
    expect(body.test.jobs).toEqual(
      jobs.map(({ id }) => ({ job_id: id, evaluation_id: null, status: 'left_out', error: expect.anything() })),
    );
    expect(body.test.pairs).toEqual([]);
  });

  it('needs two different jobs, and has no picture without an epoch', async () => {
    const [{ id }] = jobs;
    expectProblem(await api.member.get(`/v1/jobs/compare?ids=${id},${id}`), 'invalid_request');
    expectProblem(await api.member.get('/v1/jobs/compare?ids='), 'invalid_request');
    await api.member.get(path('.png')).expect(200);
  });
});
