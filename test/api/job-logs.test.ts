import type { LogLine } from '@trainyard/contracts';
import { beforeAll, describe, expect, it } from 'vitest';
import { heldJob, queuedJob } from '../db/rows.js';
import { expectPointers, expectProblem } from './problem.js';
import { createTestApi, type TestApi } from './setup.js';

let api: TestApi;
let jobId: string;
beforeAll(async () => {
  api = await createTestApi();
  const fence = await heldJob(api.db, api.member.projectId);
  jobId = fence.id;
  const lines = Array.from({ length: 2500 }, (_, i) => ({ level: 'info' as const, message: `line ${i}` }));
  await api.db.jobLogs.append(fence, [...lines, { level: 'error', message: 'the <end> is näh' }]);
});

const logs = (query = '') => api.member.get(`/v1/jobs/${jobId}/logs${query}`);

describe('GET /v1/jobs/{id}/logs', () => {
  it('200 as a list, oldest first, where `after` moves forward', async () => {
    const { body } = await logs('?limit=2').expect(200);
    expect(body).toMatchObject({ object: 'list', has_more: true, next_cursor: '2' });
    expect(body.data.map(({ message }: LogLine) => message)).toEqual([
      'The job is queued.',
      'The job is being prepared.',
    ]);
    const all: LogLine[] = [];
    for (let after = ''; ; ) {
      const { body: page } = await logs(`?limit=1000${after}`).expect(200);
      all.push(...page.data);
      if (!page.has_more) break;
      after = `&after=${page.next_cursor}`;
    }
    expect(all.map(({ seq }) => seq)).toEqual(Array.from({ length: 2504 }, (_, i) => i + 1));
  });

  it('200 as the whole text, with a time and a level in each line', async () => {
    const answer = await logs('?limit=1').set('accept', 'text/plain').expect(200);
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
    const lines = answer.text.split('\n');
    expect(lines).toHaveLength(2504 + 1);
    expect(lines.at(-1)).toBe('');
    for (const line of lines.slice(0, -1)) expect(line).toMatch(/^20\d\d-\d\d-\d\dT[\d:.]{12}Z [01] (info|error) \S/);
    expect(lines[0]).toMatch(/ 0 info The job is queued\.$/);
    expect(lines[2503]).toMatch(/ 1 error the <end> is näh$/);
  });

  it('200 as a list for clients that take both', async () => {
    for (const accept of ['application/json, text/plain, */*', '*/*', 'text/html']) {
      const { body } = await logs('?limit=1').set({ accept }).expect(200).expect('content-type', /json/);
      expect(body.data).toHaveLength(1);
    }
  });

  it('is filtered by attempt and level, also as text, which may be empty', async () => {
    const { body } = await logs('?attempt=0').expect(200);
    expect(body.data).toMatchObject([{ seq: 1, attempt: 0 }]);
    const errors = await logs('?level=warning').set('accept', 'text/plain').expect(200);
    expect(errors.text).toMatch(/^\S+ 1 error the <end> is näh\n$/);
    const none = await logs('?attempt=7').set('accept', 'text/plain').expect(200);
    expect(none.text).toBe('');
  });

  it('404 and 422 as problems, also where text was asked for', async () => {
    for (const accept of ['application/json', 'text/plain']) {
      expectProblem(await api.member.get('/v1/jobs/nothing/logs').set({ accept }), 'not_found');
      const { id } = await queuedJob(api.db, api.stranger.projectId);
      expectProblem(await api.member.get(`/v1/jobs/${id}/logs`).set({ accept }), 'not_found');
      expectPointers(await logs('?after=x').set({ accept }), 'invalid_request', ['/after']);
      expectPointers(await logs('?level=loud').set({ accept }), 'invalid_request', ['/level']);
      expectPointers(await logs('?limit=1001').set({ accept }), 'invalid_request', ['/limit']);
    }
  });

  it('goes with its job', async () => {
    const fence = await heldJob(api.db, api.member.projectId);
    await api.db.jobs.markCancelled(fence);
    await api.member.get(`/v1/jobs/${fence.id}/logs`).expect(200);
    await api.member.delete(`/v1/jobs/${fence.id}`).expect(204);
    expectProblem(await api.member.get(`/v1/jobs/${fence.id}/logs`), 'not_found');
  });
});
