// Whether a training fits its model and data is known before anything is trained.
import { beforeAll, describe, expect, it } from 'vitest';
import { readyDataset } from '../db/rows.js';
import { SMALL_NET } from './networks.js';
import { expectPointers, expectProblem } from './problem.js';
import { createTestApi, type TestApi } from './setup.js';

let api: TestApi;
/** Two classes, cat and dog. */
let datasetId: string;
beforeAll(async () => {
  api = await createTestApi();
  datasetId = (await readyDataset(api.db, api.member.projectId)).id;
});

const train = (model: object, training: object = {}) =>
  api.member.post('/v1/jobs', { dataset_id: datasetId, model, training });
const validate = (spec: object, training?: object, more: object = { dataset_id: datasetId }) =>
  api.member.post('/v1/models/validate', { spec, training, ...more });

/** The small network with another end. */
const ending = (units: unknown, activation: string, more: object = {}) => ({
  ...more,
  layers: [...SMALL_NET.layers.slice(0, -1), { type: 'dense', units, activation }],
});
const SIGMOID = ending(1, 'sigmoid');
const input = { width: 8, height: 8, channels: 1 };

describe('defaults that depend on the model', () => {
  it('are those of one sigmoid unit for two classes', async () => {
    const { body } = await train(SIGMOID).expect(202);
    expect(body.training).toMatchObject({
      loss: { type: 'binary_crossentropy' },
      metrics: [{ type: 'accuracy' }],
      normalization: 'unit',
    });
  });

  it('are those of a softmax', async () => {
    const { body } = await train(SMALL_NET).expect(202);
    expect(body.training).toMatchObject({ loss: { type: 'categorical_crossentropy' }, label_smoothing: 0 });
  });

  it('leave pixels to a model that scales them itself, unless told otherwise', async () => {
    const layers = [{ type: 'rescaling', scale: 1 / 127.5, offset: -1 }, ...SMALL_NET.layers];
    expect((await train({ layers }).expect(202)).body.training.normalization).toBe('none');
    const { body } = await train({ layers }, { normalization: 'unit' }).expect(202);
    expect(body.training.normalization).toBe('unit');
  });

  it('take every training that the contract names', async () => {
    const training = {
      optimizer: { type: 'lion', learning_rate: 1e-4, weight_decay: 0.01 },
      schedule: { type: 'cosine', warmup_epochs: 1 },
      loss: { type: 'focal', gamma: 1 },
      metrics: ['accuracy', { type: 'top_k_accuracy', k: 2 }, 'precision', 'recall', 'f1', 'auc'],
      class_weights: 'balanced',
      gradient_clip_norm: 1,
      ema: {},
    };
    const { body } = await train(SMALL_NET, training).expect(202);
    expect(body.training).toMatchObject({
      loss: { type: 'focal', gamma: 1, alpha: 0.25 },
      class_weights: [1, 1],
      ema: { decay: 0.99 },
    });
  });
});

describe('a training that does not fit', () => {
  const cases: [string, object, object, string[], RegExp][] = [
    [
      'the loss of a sigmoid',
      SMALL_NET,
      { loss: 'binary_crossentropy' },
      ['/training/loss'],
      /softmax.*categorical_cross/is,
    ],
    ['the loss of a softmax', SIGMOID, { loss: 'categorical_crossentropy' }, ['/training/loss'], /2 units.*softmax/is],
    ['the loss of a regression', SMALL_NET, { loss: 'huber' }, ['/training/loss'], /regression.*categorical_cross/is],
    ['no loss for logits', ending(2, 'linear'), {}, ['/training/loss'], /softmax/],
    ['a metric of a regression', SMALL_NET, { metrics: ['accuracy', 'mae'] }, ['/training/metrics/1'], /regression/],
    [
      'smoothing that the loss lacks',
      ending(2, 'linear'),
      { loss: 'hinge', label_smoothing: 0.1 },
      ['/training/label_smoothing'],
      /0, or/,
    ],
    [
      'a class that is not there',
      SMALL_NET,
      { class_weights: { bird: 2 } },
      ['/training/class_weights/bird'],
      /cat, dog/,
    ],
    ['a metric twice', SMALL_NET, { metrics: ['f1', 'f1'] }, ['/training/metrics/1'], /once/],
    [
      'a monitor that nobody measures',
      SMALL_NET,
      { schedule: { type: 'reduce_on_plateau', monitor: 'val_f1' } },
      ['/training/schedule/monitor'],
      /accuracy/,
    ],
  ];

  it.each(cases)('422 for a job: %s', async (_, model, training, pointers, remedy) => {
    const problem = expectPointers(await train(model, training), 'invalid_request', pointers);
    expect(problem.errors?.[0].detail).toMatch(remedy);
  });

  it.each(cases)('422 before there is a job: %s', async (_, spec, training, pointers, remedy) => {
    const problem = expectPointers(await validate(spec, training), 'invalid_request', pointers);
    expect(problem.errors?.[0].detail).toMatch(remedy);
  });

  it('422 without a data set, where the end of the model says what it is for', async () => {
    const answer = await validate(ending('classes', 'softmax', { input }), { loss: 'mse' }, {});
    expectPointers(answer, 'invalid_request', ['/training/loss']);
    const numbers = { metrics: ['accuracy'], class_weights: { cat: 2 } };
    expectPointers(await validate(ending(3, 'linear', { input }), numbers, {}), 'invalid_request', [
      '/training/class_weights',
      '/training/metrics/0',
    ]);
  });

  it('200 without a data set for what only a data set can tell', async () => {
    const weights = { class_weights: { cat: 2, dog: 1 } };
    await validate(ending('classes', 'softmax', { input }), weights, {}).expect(200);
    await validate(SMALL_NET, { class_weights: 'balanced' }, {}).expect(200);
    const hinge = { loss: 'hinge', metrics: ['accuracy'] };
    for (const units of [1, 3]) await validate(ending(units, 'linear', { input }), hinge, {}).expect(200);
    await validate(ending(3, 'linear', { input }), { loss: 'huber', metrics: ['rmse'] }, {}).expect(200);
  });

  it('422 for a batch larger than the data', async () => {
    expectPointers(await validate(SMALL_NET, { batch_size: 5 }), 'batch_too_large', ['/training/batch_size']);
  });
});

describe('a model that does not fit', () => {
  it('422 for one sigmoid unit where there are more classes, and for one that is no sigmoid', async () => {
    const answer = await train(ending(3, 'sigmoid'));
    const problem = expectPointers(answer, 'invalid_spec', ['/model/layers/3/units']);
    expect(problem.errors?.[0].detail).toMatch(/expected 2.*or 1 with "sigmoid".*received 3/);
  });

  it('422 for several outputs', async () => {
    const layers = [...SMALL_NET.layers, { type: 'dense', units: 2, activation: 'softmax', inputs: ['flatten'] }];
    const problem = expectPointers(await train({ layers }), 'invalid_spec', ['/model/layers/3']);
    expect(problem.errors?.[0].detail).toMatch(/one output; received 2/);
  });

  it('422 for statistics of other channels', async () => {
    const layers = [{ type: 'normalization' }, ...SMALL_NET.layers];
    const grey = await train({ layers }).expect(202);
    expect(grey.body.training.normalization).toBe('none');
    const colour = await train({ input: { ...input, channels: 3 }, layers });
    const problem = expectPointers(colour, 'invalid_spec', ['/model']);
    expect(problem.errors?.[0].detail).toMatch(/1 channels.*has 3/);
  });
});

describe('POST /v1/models/validate', () => {
  it('200 with the figures of every layer for the batch of the training', async () => {
    const { body } = await validate(SMALL_NET, { batch_size: 4 }).expect(200);
    expect(body.summary).toMatchObject({ batch_size: 4, classes: 2, parameters: 114 });
    const named = await validate(SMALL_NET, { batch_size: 4 }, { dataset_id: datasetId, batch_size: 64 }).expect(200);
    expect(named.body.summary.batch_size).toBe(64);
    expect(named.body.summary.memory_bytes.activations).toBe(16 * body.summary.memory_bytes.activations);
  });

  it('200 with memory for the optimizer of the training', async () => {
    const sizes = async (training: object) => {
      const { body } = await validate(SMALL_NET, training).expect(200);
      return body.summary.memory_bytes;
    };
    const adam = await sizes({});
    expect(adam).toMatchObject({ parameters: 4 * 114, optimizer: 2 * 4 * 114 });
    expect((await sizes({ optimizer: { type: 'sgd' } })).optimizer).toBe(0);
    expect((await sizes({ optimizer: { type: 'sgd', momentum: 0.9 } })).optimizer).toBe(4 * 114);
    expect(adam.peak).toBeGreaterThan(adam.activations + adam.optimizer + adam.parameters);
    expect((await sizes({ batch_size: 4 })).peak).toBeLessThanOrEqual(adam.peak);
  });

  it('200 counts running statistics, which are not trained, on their own', async () => {
    const layers = [...SMALL_NET.layers.slice(0, 1), { type: 'batch_normalization' }, ...SMALL_NET.layers.slice(1)];
    const { summary } = (await validate({ layers }).expect(200)).body;
    expect(summary).toMatchObject({ parameters: 114 + 16, trainable_parameters: 114 + 8 });
    expect(summary.layers[1]).toMatchObject({ type: 'batch_normalization', parameters: 16, trainable_parameters: 8 });
    expect(summary.layers[0].activation_bytes).toBe(4 * 32 * 6 * 6 * 4);
  });

  describe('while a large model is described', () => {
    const convolution = { type: 'conv2d', filters: 4, kernel_size: 3, padding: 'same' };
    const large = () => validate({ layers: [...Array(900).fill(convolution), ...SMALL_NET.layers] });

    it('goes on answering', async () => {
      let isDone = false;
      const described = large().then((answer) => {
        isDone = true;
        return answer;
      });
      let answered = 0;
      for (; !isDone; answered++) await api.member.get('/v1/models?limit=1').expect(200);
      const { status, body } = await described;
      expect([status, body.summary?.layers.length]).toEqual([200, 904]);
      expect(answered).toBeGreaterThan(3);
    });

    it('429 for more than may wait', async () => {
      const answers = await Promise.all([large(), ...Array.from({ length: 80 }, () => validate(SMALL_NET))]);
      const refused = answers.filter(({ status }) => status !== 200);
      expect(refused.length).toBeGreaterThan(0);
      expect(refused.length).toBeLessThan(80);
      for (const answer of refused) expectProblem(answer, 'overloaded');
      await validate(SMALL_NET).expect(200);
    });
  });
});
