// What jobs may be for data sets of several labels an image, and of numbers.
import { beforeAll, describe, expect, it } from 'vitest';
import { readyDataset } from '../db/rows.js';
import { compiled, kerasNet } from './keras-documents.js';
import { SMALL_NET } from './networks.js';
import { expectPointers } from './problem.js';
import { createTestApi, type TestApi } from './setup.js';

let api: TestApi;
/** Labels: beach, sea and sun. */
let photos: string;
/** Targets: age and weight. */
let people: string;
beforeAll(async () => {
  api = await createTestApi();
  const split = { total: 4, classes: { beach: 2, sea: 3, sun: 1 } };
  const labels = { task: 'multilabel' as const, classes: ['beach', 'sea', 'sun'] };
  const counts = { total: 12, train: split, validation: split, test: split };
  photos = (await readyDataset(api.db, api.member.projectId, { ...labels, counts })).id;
  const numbers = { total: 4, classes: {} };
  people = (
    await readyDataset(api.db, api.member.projectId, {
      ...{ task: 'regression', classes: [], targets: ['age', 'weight'] },
      stats: { mean: [0.5], std: [0.25], targets: { mean: [40, 70], std: [12, 9] } },
      counts: { total: 12, train: numbers, validation: numbers, test: numbers },
    })
  ).id;
});

const train = (dataset_id: string, model: object, training: object = {}) =>
  api.member.post('/v1/jobs', { dataset_id, model, training });

const ending = (units: unknown, activation: string) => ({
  layers: [...SMALL_NET.layers.slice(0, -1), { type: 'dense', units, activation }],
});

describe('a data set', () => {
  it('tells its task, and its labels or targets', async () => {
    const labels = await api.member.get(`/v1/datasets/${photos}`).expect(200);
    expect(labels.body).toMatchObject({ task: 'multilabel', classes: ['beach', 'sea', 'sun'], targets: null });
    const numbers = await api.member.get(`/v1/datasets/${people}`).expect(200);
    expect(numbers.body).toMatchObject({ task: 'regression', classes: [], targets: ['age', 'weight'] });
    expect(numbers.body.stats.targets).toEqual({ mean: [40, 70], std: [12, 9] });
  });
});

describe('options that contradict each other about labels', () => {
  it.each<[object, string[]]>([
    [{ label_column: 'a', label_columns: ['b'] }, ['/options/label_columns']],
    [{ label_separator: '|', task: 'regression' }, ['/options/label_separator']],
    [{ label_separator: '|', label_columns: ['b'] }, ['/options/label_separator']],
  ])('422 for %j, before anything is stored', async (options, pointers) => {
    const form = api.member.post('/v1/datasets').field('options', JSON.stringify(options));
    expectPointers(await form.attach('file', Buffer.from('x'), 'x.zip'), 'invalid_request', pointers);
  });
});

describe('a job of several labels', () => {
  it('takes the loss and the metrics of its task by itself', async () => {
    const { body } = await train(photos, ending('classes', 'sigmoid')).expect(202);
    expect(body.training).toMatchObject({ loss: { type: 'binary_crossentropy' }, metrics: [{ type: 'accuracy' }] });
    await train(photos, ending(3, 'sigmoid'), { loss: 'focal', metrics: ['f1', 'auc'] }).expect(202);
  });

  it('422 for an end, a loss or metrics of another task, with the remedy', async () => {
    const softmax = expectPointers(await train(photos, SMALL_NET), 'invalid_request', ['/training/loss']);
    expect(softmax.errors?.[0].detail).toMatch(/multilabel model that ends in "softmax".*"sigmoid"/);
    const few = expectPointers(await train(photos, ending(2, 'sigmoid')), 'invalid_spec', ['/model/layers/3/units']);
    expect(few.errors?.[0].detail).toMatch(/expected 3, the number of labels in the data set.*received 2/);
    const training = { class_weights: { sea: 2 }, metrics: ['mae'] };
    const answer = await train(photos, ending('classes', 'sigmoid'), training);
    expectPointers(answer, 'invalid_request', ['/training/class_weights', '/training/metrics/0']);
  });
});

describe('a job of several labels that Keras compiled', () => {
  it('takes its loss', async () => {
    const keras = kerasNet({ activation: 'sigmoid', units: 3, compile_config: compiled('binary_crossentropy') });
    const { body } = await api.member.post('/v1/jobs', { dataset_id: photos, keras }).expect(202);
    expect(body.training).toMatchObject({ loss: { type: 'binary_crossentropy' }, metrics: [{ type: 'accuracy' }] });
  });
});

describe('a job of a regression', () => {
  it('takes the loss and the metrics of its task by itself', async () => {
    const { body } = await train(people, ending('classes', 'linear')).expect(202);
    expect(body.training).toMatchObject({ loss: { type: 'mse' }, metrics: [{ type: 'mae' }, { type: 'rmse' }] });
    await train(people, ending(2, 'relu'), { loss: { type: 'huber', delta: 2 }, metrics: ['mae'] }).expect(202);
  });

  it('422 for an end, a loss or metrics of another task, with the remedy', async () => {
    const softmax = expectPointers(await train(people, SMALL_NET), 'invalid_request', ['/training/loss']);
    expect(softmax.errors?.[0].detail).toMatch(/regression model that ends in "softmax".*"sigmoid|linear"/);
    const few = expectPointers(await train(people, ending(1, 'linear')), 'invalid_spec', ['/model/layers/3/units']);
    expect(few.errors?.[0].detail).toMatch(/expected 2, the number of targets in the data set.*received 1/);
    const answer = await train(people, ending(2, 'linear'), { metrics: ['accuracy'] });
    expectPointers(answer, 'invalid_request', ['/training/metrics/0']);
    expectPointers(await train(people, ending(2, 'linear'), { class_weights: 'balanced' }), 'invalid_request', [
      '/training/class_weights',
    ]);
  });

  it('takes what Keras compiled for it', async () => {
    const keras = kerasNet({
      activation: 'linear',
      units: 2,
      compile_config: { ...compiled('mse', 0.01), metrics: ['mae'] },
    });
    const { body } = await api.member.post('/v1/jobs', { dataset_id: people, keras }).expect(202);
    expect(body.training).toMatchObject({ loss: { type: 'mse' } });
  });
});
