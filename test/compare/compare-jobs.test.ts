import type { Job, JobComparison } from '@trainyard/contracts';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { Service } from '../e2e/service.js';

let service: Service;
let good: Job;
let poor: Job;
let third: Job;

const layers = (filters: number) => [
  { type: 'conv2d', name: 'conv', filters, kernel_size: 3, activation: 'relu' },
  { type: 'flatten', name: 'flat' },
  { type: 'dense', name: 'out', units: 'classes', activation: 'softmax' },
];

beforeAll(async () => {
  service = await Service.start({ serving: false });
  const { id: dataset_id } = await service.dataset('stripes', { classes: ['a', 'b', 'c'], perClass: 100, size: 12 });
  const base = { dataset_id, tags: ['compared'] };
  const adam = { type: 'adam', learning_rate: 0.005 };
  const still = { type: 'sgd', learning_rate: 1e-9 };
  const spec = { layers: layers(4) };
  good = await service.trained({ ...base, name: 'good', model: spec, training: { epochs: 4, optimizer: adam } });
  poor = await service.trained({ ...base, name: 'poor', model: spec, training: { epochs: 2, optimizer: still } });
  const other = await service.dataset('other', { classes: ['a', 'b', 'c'], perClass: 20, size: 13 });
  const wider = [{ type: 'dropout', name: 'drop', rate: 0.1 }, ...layers(6)];
  third = await service.trained({ dataset_id: other.id, model: { layers: wider }, training: { epochs: 1 } });
});

const pathOf = (...jobs: Job[]) => `/v1/jobs/compare?ids=${jobs.map(({ id }) => id).join(',')}`;

/** On a busy machine the first answer may be that the evaluations are not done; the next one waits for them again. */
function compare(...jobs: Job[]): Promise<JobComparison> {
  const ask = () => service.get<JobComparison>(pathOf(...jobs));
  return ask().catch(ask);
}

describe('jobs side by side', () => {
  it('differ where they were posted differently, and in what came of it', async () => {
    const comparison = await compare(good, poor);
    const at = new Map(comparison.differences.map(({ pointer, values }) => [pointer, values]));
    expect(at.get('/training/epochs')).toEqual({ [good.id]: 4, [poor.id]: 2 });
    expect(at.get('/training/optimizer/type')).toEqual({ [good.id]: 'adam', [poor.id]: 'sgd' });
    expect([...at.keys()].filter((pointer) => !pointer.startsWith('/training/'))).toEqual([]);
    const accuracy = comparison.metrics.find(({ name }) => name === 'test.accuracy');
    expect(accuracy).toEqual({
      name: 'test.accuracy',
      goal: 'max',
      values: { [good.id]: good.result?.test?.accuracy, [poor.id]: poor.result?.test?.accuracy },
      best: good.id,
    });
  });

  it('are told apart by the images that one alone gets right', async () => {
    const { test, jobs } = await compare(good, poor);
    expect(test.jobs.map(({ status }) => status)).toEqual(['succeeded', 'succeeded']);
    expect(test).toMatchObject({ split: 'test', notes: [] });
    const [pair] = test.pairs;
    const { both = 0, only_first = 0, only_second = 0, neither = 0 } = pair.outcomes ?? {};
    expect(both + only_first + only_second + neither).toBe(pair.images);
    expect(pair).toMatchObject({ first: good.id, second: poor.id, figure: 'accuracy', relabelled: 0 });
    // The jobs' own test results count the same images.
    expect(pair.values[0]).toBeCloseTo(good.result?.test?.accuracy ?? Number.NaN, 6);
    expect(pair.values[1]).toBeCloseTo(poor.result?.test?.accuracy ?? Number.NaN, 6);
    expect(pair.test).toMatchObject({ is_significant: true, p_value_adjusted: pair.test.p_value });
    expect(jobs.map(({ checkpoint_id }) => checkpoint_id)).toEqual([good, poor].map(({ best }) => best?.checkpoint_id));
  });

  it('have no test where no image is common, and one layer more is one difference', async () => {
    const { differences, test } = await compare(good, third, poor);
    const pointers = differences.map(({ pointer }) => pointer);
    expect(pointers).toContain('/model/layers/0');
    expect(pointers).toContain('/dataset/id');
    expect(differences.find(({ pointer }) => pointer === '/model/layers/0/filters')?.values).toEqual({
      [good.id]: 4,
      [third.id]: 6,
      [poor.id]: 4,
    });
    expect(test.pairs).toHaveLength(1);
    expect(test.notes).toHaveLength(2);
    expect(test.notes[0]).toContain('no image is in the test sets of both');
  });

  it('have their curves in one picture', async () => {
    const { curves } = await compare(good, poor);
    const picture = await service.picture(`${curves}&metric=accuracy`);
    const { format, width } = await sharp(picture).metadata();
    expect({ format, isWide: (width ?? 0) > 500 }).toEqual({ format: 'png', isWide: true });
  });

  it('are refused where there is one, or one that is not there', async () => {
    await expect(service.get(pathOf(good))).rejects.toThrow('422');
    await expect(service.get(`${pathOf(good)},job_01k00000000000000000000000`)).rejects.toThrow('404');
  });
});
