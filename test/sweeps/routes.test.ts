// What can be asked of sweeps. A worker is played: it takes jobs as a real one does and writes figures that are known.

import { setTimeout as sleep } from 'node:timers/promises';
import { buildApi } from '@trainyard/api';
import { readConfig } from '@trainyard/config';
import type { Job, Sweep, Trial } from '@trainyard/contracts';
import { openDatabase } from '@trainyard/db';
import { openQueues } from '@trainyard/queue';
import { openObjectStore } from '@trainyard/storage';
import type { FastifyInstance } from 'fastify';
import { beforeAll, describe, expect, it } from 'vitest';
import { KERNEL_TOO_LARGE, SMALL_NET } from '../api/networks.js';
import { expectPointers, expectProblem } from '../api/problem.js';
import { createTestApi, type TestApi } from '../api/setup.js';
import { RESULT, readyDataset, WORKER } from '../db/rows.js';
import { atEnd } from '../setup/index.js';

const RATE = '/training/optimizer/learning_rate';
const TYPE = '/training/optimizer/type';
const MOMENTUM = '/training/optimizer/momentum';
const FILTERS = '/model/layers/0/filters';
const PNG = [0x89, 0x50, 0x4e, 0x47];

let api: TestApi;
/** Another API of the same database. */
let other: FastifyInstance;
let datasetId: string;

beforeAll(async () => {
  api = await createTestApi();
  const config = readConfig('api', { ...api.environment });
  const db = openDatabase(config.databaseUrl);
  const queues = openQueues(config.redisUrl);
  other = await buildApi({ ...config, db, queues, store: openObjectStore({ root: config.objectsDir }) });
  atEnd(async () => {
    await other.close();
    await queues.close();
    await db.close();
  });
  datasetId = (await readyDataset(api.db, api.member.projectId)).id;
});

const sweep = (more: object = {}) => ({
  dataset_id: datasetId,
  model: SMALL_NET,
  training: { batch_size: 4, epochs: 2 },
  space: { [RATE]: [0.1, 0.01, 0.001] },
  strategy: 'grid',
  parallel: 1,
  ...more,
});

const begin = async (more: object = {}): Promise<Sweep> =>
  (await api.member.post('/v1/sweeps', sweep(more)).expect(202)).body;
const read = async (id: string): Promise<Sweep> => (await api.member.get(`/v1/sweeps/${id}`).expect(200)).body;
const trialsOf = async (id: string, query = ''): Promise<Trial[]> =>
  (await api.member.get(`/v1/sweeps/${id}/trials${query}`).expect(200)).body.data;

/** The accuracy after an epoch: best for rates about 0.01, and growing. */
function accuracy(rate: number, epoch: number): number {
  return (1 - 0.2 * Math.abs(Math.log10(rate) + 2)) * (1 - 0.5 ** epoch);
}

/** Trains every job that it can take, until the sweep has ended. */
async function work(id: string, fails: (job: Job) => boolean = () => false): Promise<Sweep> {
  const { db, member } = api;
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; ) {
    const found = await read(id);
    if (found.status !== 'running') return found;
    for (const app of [api.app, other]) app.advanceSweeps();
    const claim = await db.jobs.claimNext(WORKER);
    if (claim === null) {
      await sleep(20);
      continue;
    }
    const job = await db.jobs.get(member.projectId, claim.id);
    if (fails(job)) {
      await db.jobs.fail(claim, { code: 'training_diverged', message: 'The loss is not a number.' });
      continue;
    }
    await db.jobs.start(claim);
    const { optimizer, epochs } = claim.training;
    const rate = Number(Reflect.get(optimizer, 'learning_rate'));
    const last = claim.holdAtEpoch ?? epochs;
    for (let epoch = 1; epoch <= last; epoch++) {
      const validation = { loss: 1, accuracy: accuracy(rate, epoch) };
      const row = { epoch, step: epoch, train: { loss: 1 / epoch }, validation, learning_rate: rate };
      await db.metrics.recordEpoch(claim, { ...row, images_per_s: 1, duration_s: 1 });
    }
    if (claim.holdAtEpoch === null) await db.jobs.finish(claim, RESULT);
    else await db.jobs.markHeld(claim);
  }
  throw new Error(`The sweep ${id} has not ended.`);
}

describe('POST /v1/sweeps', () => {
  it('202 with every default filled in', async () => {
    const more = { strategy: undefined, parallel: undefined, space: { [RATE]: { min: 0.001, max: 0.1, log: true } } };
    const made = await begin({ ...more, name: 'first', tags: ['a'] });
    expect(made).toMatchObject({
      object: 'sweep',
      status: 'running',
      name: 'first',
      strategy: 'tpe',
      rungs: null,
      objective: { metric: 'val_accuracy', goal: 'maximize' },
      epochs: 2,
      max_trials: 20,
      max_epochs: null,
      parallel: null,
      seed: 0,
      tags: ['a'],
      best: null,
      leaderboard: [],
    });
    await api.member.post(`/v1/sweeps/${made.id}/cancel`).expect(202);
  });

  it('has as many trials in hand as the workers train at once, where it is not told how many', async () => {
    const { workers } = api.db;
    const { id } = await begin({ parallel: undefined, space: { [RATE]: [0.1, 0.01, 0.001, 0.02, 0.002] } });
    const begun = async () => {
      api.app.advanceSweeps();
      return (await trialsOf(id)).length;
    };
    await expect.poll(begun).toBe(1);
    const attached = { host: 'box', pid: 1, devices: [{ device: 'cpu' as const, available: true, reason: null }] };
    const ids = [await workers.register({ ...attached, jobSlots: 3 }), await workers.register(attached)];
    await expect.poll(begun).toBe(4);
    await api.member.post(`/v1/sweeps/${id}/cancel`).expect(202);
    for (const worker of ids) await workers.remove(worker);
  });

  it('makes one sweep of a request that is sent twice', async () => {
    const post = () => api.member.post('/v1/sweeps').set('idempotency-key', 'once').send(sweep());
    const [first, second] = [await post().expect(202), await post().expect(202)];
    expect(second.body.id).toBe(first.body.id);
    expect(second.headers['idempotency-replayed']).toBe('true');
    await api.member.post(`/v1/sweeps/${first.body.id}/cancel`).expect(202);
  });

  const at = (pointer: string, rest = '') => `/space/${pointer.replaceAll('/', '~1')}${rest}`;
  it.each<[string, object, string[]]>([
    ['no space', { space: {} }, ['/space']],
    ['a pointer to nothing that can be searched', { space: { '/tags/0': ['a'] } }, [at('/tags/0')]],
    ['an empty list', { space: { [RATE]: [] } }, [at(RATE)]],
    ['an unknown field of the training', { space: { '/training/rate': [1] } }, [at('/training/rate')]],
    ['a rate that no optimizer takes', { space: { [RATE]: [0.1, -1] } }, [at(RATE)]],
    ['a layer that is not there', { space: { '/model/layers/9/filters': [4] } }, [at('/model/layers/9/filters')]],
    ['an argument of another optimizer', { space: { [MOMENTUM]: [0.5] } }, [at(MOMENTUM)]],
    ['an endless grid', { space: { [RATE]: { min: 0.1, max: 1 } } }, [at(RATE)]],
    ['an unknown figure', { objective: { metric: 'val_f2' } }, ['/objective/metric']],
    ['rungs beyond the end', { strategy: 'asha', asha: { min_epochs: 2 } }, ['/asha/min_epochs']],
    ['rungs without ASHA', { asha: {} }, ['/asha']],
    [
      'epochs as a parameter of ASHA',
      { strategy: 'asha', space: { '/training/epochs': [2, 4] } },
      [at('/training/epochs')],
    ],
    ['less than one trial', { max_epochs: 1 }, ['/max_epochs']],
    ['no model', { model: undefined }, ['/model_id', '/model', '/keras']],
  ])('422 for %s', async (_, more, pointers) => {
    expectPointers(await api.member.post('/v1/sweeps', sweep(more)), 'invalid_request', pointers);
  });

  it('422 for batches that the data are too few for', async () => {
    const space = { '/training/batch_size': { min: 2, max: 64, integer: true } };
    const answer = await api.member.post('/v1/sweeps', sweep({ space }));
    expectPointers(answer, 'batch_too_large', [at('/training/batch_size')]);
  });

  it('422 for a model that cannot be built with some of the values', async () => {
    expectPointers(await api.member.post('/v1/sweeps', sweep({ model: KERNEL_TOO_LARGE })), 'invalid_spec', [
      '/model/layers/1/kernel_size',
    ]);
    const space = { '/model/layers/0/kernel_size': [3, 9] };
    const answer = await api.member.post('/v1/sweeps', sweep({ space }));
    const problem = expectPointers(answer, 'invalid_spec', [at('/model/layers/0/kernel_size')]);
    expect(problem.errors?.[0].detail).toContain('With /model/layers/0/kernel_size = 9:');
  });

  it('404 for what is not in the project', async () => {
    const { id } = await begin();
    for (const path of ['', '/trials', '/importance', '/scatter.png']) {
      expectProblem(await api.stranger.get(`/v1/sweeps/${id}${path}`), 'not_found');
    }
    expectProblem(await api.stranger.post(`/v1/sweeps/${id}/train-best`), 'not_found');
    expectProblem(await api.stranger.post('/v1/sweeps', sweep()), 'not_found');
    await api.member.post(`/v1/sweeps/${id}/cancel`).expect(202);
  });
});

describe('a sweep', () => {
  it('goes through its grid with ordinary jobs, conditional parameters only where they are set', async () => {
    const space = {
      [TYPE]: ['adam', 'sgd'],
      [MOMENTUM]: { values: [0, 0.9], when: { [TYPE]: ['sgd'] } },
      [RATE]: [0.1, 0.01],
    };
    const { id } = await begin({ space, parallel: 2 });
    const ended = await work(id);
    expect(ended).toMatchObject({ status: 'succeeded', counts: { succeeded: 6 }, epochs_trained: 12 });
    const trials = await trialsOf(id);
    expect(trials.map(({ parameters }) => parameters)).toEqual([
      { [TYPE]: 'adam', [RATE]: 0.1 },
      { [TYPE]: 'adam', [RATE]: 0.01 },
      { [TYPE]: 'sgd', [MOMENTUM]: 0, [RATE]: 0.1 },
      { [TYPE]: 'sgd', [MOMENTUM]: 0, [RATE]: 0.01 },
      { [TYPE]: 'sgd', [MOMENTUM]: 0.9, [RATE]: 0.1 },
      { [TYPE]: 'sgd', [MOMENTUM]: 0.9, [RATE]: 0.01 },
    ]);
    const job = await api.db.jobs.get(api.member.projectId, `${trials[4].job_id}`);
    expect(job).toMatchObject({ sweep_id: id, trial: 5, name: `${id}: trial 5` });
    expect(job.training).toMatchObject({ optimizer: { type: 'sgd', momentum: 0.9, learning_rate: 0.1 }, epochs: 2 });
    expect(ended.best).toMatchObject({ number: 2, value: accuracy(0.01, 2), best_epoch: 2, epochs: 2, rung: null });
  });

  it('is advanced by two APIs at once as by one', async () => {
    const space = { [RATE]: { min: 0.001, max: 0.1, log: true } };
    const { id } = await begin({ space, strategy: 'random', max_trials: 12, parallel: 6 });
    for (let turn = 0; turn < 50; turn++) {
      for (const app of [api.app, other]) app.advanceSweeps();
      await sleep(2);
    }
    expect(await work(id)).toMatchObject({ status: 'succeeded', counts: { succeeded: 12 } });
    expect((await trialsOf(id)).map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    const { body } = await api.member.get(`/v1/jobs?sweep_id=${id}&limit=100`).expect(200);
    expect(body.data).toHaveLength(12);
  });

  it('pages its trials, by number or by rank', async () => {
    const { id } = await begin({ space: { [RATE]: [0.1, 0.01, 0.001, 0.0001] } });
    await work(id);
    const { body } = await api.member.get(`/v1/sweeps/${id}/trials?limit=3`).expect(200);
    expect(body).toMatchObject({ has_more: true, next_cursor: '3' });
    expect((await trialsOf(id, '?limit=3&after=3')).map(({ number }) => number)).toEqual([4]);
    expect((await trialsOf(id, '?order=best')).map(({ number }) => number)).toEqual([2, 1, 3, 4]);
    expect((await trialsOf(id, '?order=best&after=1')).map(({ number }) => number)).toEqual([3, 4]);
    const jobs = await api.member.get(`/v1/jobs?sweep_id=${id}`).expect(200);
    expect(jobs.body.data).toHaveLength(4);
  });

  it('holds trials at the rungs of ASHA, and does the same again with the same seed', async () => {
    const training = { batch_size: 4, epochs: 4 };
    const more = { training, strategy: 'asha', asha: { reduction_factor: 2 }, max_trials: 8, seed: 3 };
    const space = { [RATE]: { min: 0.0001, max: 1, log: true }, [FILTERS]: [2, 4] };
    const runs = [];
    for (const _ of [1, 2]) {
      const { id } = await begin({ ...more, space });
      expect(await work(id)).toMatchObject({ status: 'succeeded', rungs: [1, 2, 4] });
      runs.push(await trialsOf(id));
    }
    const [trials, again] = runs.map((run) => run.map(({ job_id: _, ...trial }) => trial));
    expect(again).toEqual(trials);
    const reached = (epoch: number) => trials.filter(({ epochs }) => epochs >= epoch).length;
    expect([reached(1), reached(2) >= 4, reached(4) >= 2, reached(4) < reached(1)]).toEqual([8, true, true, true]);
    for (const { epochs, status, rung } of trials) {
      expect(status).toBe(epochs === 4 ? 'succeeded' : 'pruned');
      expect(rung).toBe(Math.log2(epochs));
    }
    const best = trials.toSorted((a, b) => Number(b.value) - Number(a.value))[0];
    expect(best.epochs).toBe(4);
    const pruned = runs[0].find(({ status }) => status === 'pruned');
    const { phases } = await api.db.jobs.get(api.member.projectId, `${pruned?.job_id}`);
    expect(phases.at(-1)).toMatchObject({ status: 'cancelled', reason: 'ASHA: not among the best of its rung' });
  });

  it('proposes by what it has found: TPE leaves chance after ten trials', async () => {
    const space = { [RATE]: { min: 0.0001, max: 1, log: true } };
    const training = { batch_size: 4, epochs: 1 };
    const runs = [];
    for (const strategy of ['random', 'tpe']) {
      const { id } = await begin({ space, strategy, training, max_trials: 14, seed: 5 });
      await work(id);
      runs.push((await trialsOf(id)).map(({ parameters }) => Number(parameters[RATE])));
    }
    const [random, tpe] = runs;
    expect(tpe.slice(0, 10)).toEqual(random.slice(0, 10));
    const miss = (rates: number[]) =>
      rates.slice(10).reduce((sum, rate) => sum + Math.abs(Math.log10(rate) + 2), 0) / 4;
    expect(miss(tpe)).toBeLessThan(miss(random));
    expect(miss(tpe)).toBeLessThan(0.75);
  });

  it('spends no more epochs than it may', async () => {
    const space = { [RATE]: { min: 0.001, max: 0.1, log: true } };
    const { id } = await begin({ space, strategy: 'random', max_epochs: 7 });
    expect(await work(id)).toMatchObject({ epochs_trained: 6, counts: { succeeded: 3 } });
  });

  it('goes on without trials that fail, and fails where all do', async () => {
    const { id } = await begin();
    const ended = await work(id, ({ trial }) => trial === 2);
    expect(ended).toMatchObject({ status: 'succeeded', counts: { succeeded: 2, failed: 1 } });
    expect(ended.best?.number).not.toBe(2);
    expect((await trialsOf(id))[1].error).toMatchObject({ code: 'training_diverged' });
    const hopeless = await begin();
    const failed = await work(hopeless.id, () => true);
    expect(failed).toMatchObject({ status: 'failed', counts: { failed: 3 }, error: { code: 'training_diverged' } });
  });

  it('notes settings that make no job, and goes on', async () => {
    // Each end fits the images by itself, both together do not.
    const layers = [SMALL_NET.layers[0], SMALL_NET.layers[0], ...SMALL_NET.layers.slice(1)];
    const sizes = { min: 2, max: 5, step: 3, integer: true };
    const space = { '/model/layers/0/kernel_size': sizes, '/model/layers/1/kernel_size': sizes };
    const { id } = await begin({ model: { layers }, space });
    const ended = await work(id);
    expect(ended.counts).toEqual({ succeeded: 3, failed: 1 });
    const [refused] = (await trialsOf(id)).filter(({ status }) => status === 'failed');
    expect(refused).toMatchObject({ number: 4, job_id: null, error: { code: 'invalid_spec' } });
  });

  it('keeps what its trials came to when their jobs are deleted', async () => {
    const { id } = await begin();
    await work(id, ({ trial }) => trial === 3);
    const before = await trialsOf(id);
    for (const { job_id } of before) await api.member.delete(`/v1/jobs/${job_id}`).expect(204);
    const after = await trialsOf(id);
    expect(after).toEqual(before.map((trial) => ({ ...trial, job_id: null, error: null })));
    await api.member.delete(`/v1/sweeps/${id}`).expect(204);
    expectProblem(await api.member.get(`/v1/sweeps/${id}`), 'not_found');
  });

  it('is not deleted, nor its jobs, while it is running', async () => {
    const { id } = await begin({ parallel: 3 });
    await expect.poll(async () => (await trialsOf(id)).length).toBe(3);
    expectProblem(await api.member.delete(`/v1/sweeps/${id}`), 'conflict');
    const [{ job_id }] = await trialsOf(id);
    await api.member.post(`/v1/jobs/${job_id}/cancel`).expect(202);
    expectProblem(await api.member.delete(`/v1/jobs/${job_id}`), 'conflict');
    const { body } = await api.member.post(`/v1/sweeps/${id}/cancel`).expect(202);
    expect(body).toMatchObject({ status: 'cancelled', counts: { cancelled: 3 } });
    expect((await api.member.post(`/v1/sweeps/${id}/cancel`).expect(202)).body).toEqual(body);
    await api.member.delete(`/v1/sweeps/${id}`).expect(204);
    expect((await api.member.get(`/v1/jobs/${job_id}`).expect(200)).body).toMatchObject({
      sweep_id: null,
      trial: null,
    });
  });

  it('trains its best settings once more, for longer', async () => {
    const { id } = await begin();
    expectProblem(await api.member.post(`/v1/sweeps/${id}/train-best`), 'conflict');
    await work(id);
    const path = `/v1/sweeps/${id}/train-best`;
    const again = () => api.member.post(path).set('idempotency-key', 'best').expect(202);
    const { body: usual } = await again();
    expect((await again()).body.id).toBe(usual.id);
    expect(usual).toMatchObject({ sweep_id: null, name: `${id}: best, trial 2` });
    expect(usual.training).toMatchObject({ epochs: 2, optimizer: { learning_rate: 0.01 } });
    const { body: longer } = await api.member.post(path, { epochs: 40, seed: 7, name: 'the best' }).expect(202);
    expect(longer).toMatchObject({ name: 'the best', training: { epochs: 40, seed: 7 } });
    expectPointers(await api.member.post(path, { trial: 9 }), 'invalid_request', ['/trial']);
    for (const job of [usual, longer]) await api.member.post(`/v1/jobs/${job.id}/cancel`).expect(202);
  });

  it('tells which parameter matters, and draws', async () => {
    const space = { [FILTERS]: [2, 4, 8], [RATE]: { min: 0.0001, max: 1, log: true } };
    const { id } = await begin({ space, strategy: 'random', max_trials: 14, parallel: 4 });
    const at = `/v1/sweeps/${id}`;
    for (const name of ['importance', 'parallel-coordinates', 'scatter']) {
      await api.member.get(`${at}/${name}.png`).expect(200);
    }
    await work(id);
    const { body } = await api.member.get(`${at}/importance`).expect(200);
    expect(body).toMatchObject({ trials: 14, after_epoch: null });
    expect(body.importances[0].parameter).toBe(RATE);
    expect(body.importances[0].importance).toBeGreaterThan(0.7);
    const plot = (await api.member.get(`${at}/scatter?parameter=${encodeURIComponent(RATE)}`).expect(200)).body;
    for (const { parameters, value } of plot.points) expect(value).toBeCloseTo(accuracy(parameters[RATE], 2), 12);
    const unknown = await api.member.get(`${at}/scatter.png?parameter=/training/seed`);
    expectPointers(unknown, 'invalid_request', ['/parameter']);
    for (const name of ['importance', 'parallel-coordinates', 'scatter']) {
      const { body: picture } = await api.member.get(`${at}/${name}.png`).responseType('blob').expect(200);
      expect([...picture.subarray(0, 4)]).toEqual(PNG);
    }
  });
});
