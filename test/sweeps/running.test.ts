// Sweeps on real workers: rungs resume from checkpoints, a killed worker loses nothing, a cancellation reaches all.
import type { Dataset, Job, List, ParameterImportances, Sweep, SweepPlot } from '@trainyard/contracts';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Program } from '../setup/index.js';
import { SMALL_NET } from '../worker/trainyard.js';
import { digestsOf, jobsOf, type Stack, startStack, sweepIn, trialsOf } from './stack.js';

const RATE = '/training/optimizer/learning_rate';
const FILTERS = '/model/layers/0/filters';
const PNG = [0x89, 0x50, 0x4e, 0x47];

interface Attached {
  pid: number;
  job_ids: string[];
}

let stack: Stack;
let workers: Program[];
let dataset: Dataset;
let sweep: Sweep;

beforeAll(async () => {
  ({ stack, workers } = await startStack(2));
  dataset = await stack.stripes();
});

const SEARCH = {
  name: 'stripes',
  model: SMALL_NET,
  training: { epochs: 4, batch_size: 16, checkpoints: { keep: 10 } },
  space: { [RATE]: { min: 1e-4, max: 0.03, log: true }, [FILTERS]: { min: 2, max: 12, integer: true } },
  device: 'cpu',
  tags: ['stripes'],
};

describe('ASHA on two workers, of which one is killed', () => {
  it('ends with every trial as far as its rung, the best ones at the end', async () => {
    const asha = { min_epochs: 1, reduction_factor: 2 };
    const body = { ...SEARCH, dataset_id: dataset.id, strategy: 'asha', asha, max_trials: 4, parallel: 2 };
    const { id } = await stack.post<Sweep>('/v1/sweeps', body);
    const [victim] = workers;
    const isBusy = ({ pid, job_ids }: Attached) => pid === victim.process.pid && job_ids.length > 0;
    const { data } = await stack.until<List<Attached>>('/v1/workers', ({ data }) => data.some(isBusy));
    victim.process.kill('SIGKILL');
    sweep = await sweepIn(stack, id, ({ status }) => status !== 'running');
    expect(sweep).toMatchObject({ status: 'succeeded', rungs: [1, 2, 4], epochs: 4, error: null });
    expect(sweep.objective).toEqual({ metric: 'val_accuracy', goal: 'maximize' });
    const trials = await trialsOf(stack, id);
    expect(trials.map(({ number }) => number)).toEqual([1, 2, 3, 4]);
    expect(Object.keys(sweep.counts).sort()).toEqual(['pruned', 'succeeded']);
    for (const { status, epochs } of trials) {
      expect(status === 'succeeded' ? [4] : [1, 2]).toContain(epochs);
    }
    expect(trials.filter(({ epochs }) => epochs >= 2).length).toBeGreaterThanOrEqual(2);
    expect(sweep.epochs_trained).toBe(trials.reduce((sum, { epochs }) => sum + epochs, 0));
    const jobs = await jobsOf(stack, id);
    const lost = jobs.find((job) => job.id === data.find(isBusy)?.job_ids[0]);
    expect(lost?.phases.map(({ reason }) => reason)).toContain('The worker went away.');
    expect(jobs.every(({ tags }) => tags.includes('stripes'))).toBe(true);
  });

  it('trained what went on from its rungs to the bytes of a job that was never held', async () => {
    const best = (await trialsOf(stack, sweep.id)).find(({ status }) => status === 'succeeded');
    const held = await stack.get<Job>(`/v1/jobs/${best?.job_id}`);
    const reasons = held.phases.map(({ reason }) => reason);
    expect(reasons).toContain('ASHA: waits at the rung after epoch 1');
    expect(reasons).toContain('ASHA: goes on to the rung after epoch 2');
    expect(reasons).toContain('ASHA: goes on to its end');
    const again = await stack.post<Job>(`/v1/sweeps/${sweep.id}/train-best`, { trial: best?.number });
    const straight = await stack.until<Job>(`/v1/jobs/${again.id}`, ({ status }) => status === 'succeeded');
    expect(straight).toMatchObject({ sweep_id: null, training: held.training, model: held.model, attempt: 1 });
    expect(straight.name).toBe(`stripes: best, trial ${best?.number}`);
    expect(await digestsOf(stack, straight.id)).toEqual(await digestsOf(stack, held.id));
    expect(straight.result?.test).toEqual(held.result?.test);
  });

  it('shows what it has found, as figures and as pictures', async () => {
    const at = `/v1/sweeps/${sweep.id}`;
    const values = sweep.leaderboard.map(({ value }) => Number(value));
    expect(values).toEqual([...values].sort((a, b) => b - a));
    expect(sweep.best).toEqual(sweep.leaderboard[0]);
    const found = await stack.get<ParameterImportances>(`${at}/importance`);
    expect(found).toMatchObject({ method: 'fanova', trials: 4, after_epoch: 1 });
    expect(found.importances.reduce((sum, { importance }) => sum + importance, 0)).toBeCloseTo(1, 9);
    const plot = await stack.get<SweepPlot>(`${at}/parallel-coordinates`);
    expect(plot.points).toHaveLength(4);
    expect(plot.parameters).toEqual([
      { name: RATE, scale: 'log' },
      { name: FILTERS, scale: 'linear' },
    ]);
    const one = await stack.get<SweepPlot>(`${at}/scatter?parameter=${encodeURIComponent(FILTERS)}`);
    expect(one.points.map(({ parameters }) => Object.keys(parameters))).toEqual(new Array(4).fill([FILTERS]));
    for (const name of ['importance', 'parallel-coordinates', 'scatter']) {
      expect([...(await stack.picture(`${at}/${name}.png`)).subarray(0, 4)]).toEqual(PNG);
    }
  });
});

describe('cancelling', () => {
  it('ends all trials within 5 s, in hand or waiting', async () => {
    const training = { ...SEARCH.training, epochs: 5000, checkpoints: { keep: 1, every_epochs: 5000 } };
    const asha = { min_epochs: 1, reduction_factor: 2 };
    const more = { training, strategy: 'asha', asha, parallel: 2, max_trials: 100 };
    const { id } = await stack.post<Sweep>('/v1/sweeps', { ...SEARCH, ...more, dataset_id: dataset.id });
    const busy = await sweepIn(stack, id, ({ counts }) => (counts.running ?? 0) > 0 && (counts.waiting ?? 0) > 0);
    expect(busy.status).toBe('running');
    const asked = Date.now();
    const cancelled = await stack.post<Sweep>(`/v1/sweeps/${id}/cancel`);
    expect(cancelled.status).toBe('cancelled');
    const over = ({ data }: List<Job>) => data.every(({ status }) => status === 'cancelled');
    const { data } = await stack.until<List<Job>>(`/v1/jobs?limit=100&sweep_id=${id}`, over);
    expect(Date.now() - asked).toBeLessThan(5000);
    expect(data.length).toBeGreaterThan(1);
    expect((await stack.get<Sweep>(`/v1/sweeps/${id}`)).counts).toEqual({ cancelled: data.length });
  });
});
