// Models of other kinds, each from its posting to its answers: Keras' own JSON, two classes told apart by one sigmoid, and
// a graph with batch normalisation.
import type { Dataset, EpochMetrics, Job, List, ShownSample } from '@trainyard/contracts';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { compiled, kerasNet } from '../api/keras-documents.js';
import type { ClassResponse } from '../inference/serving.js';
import { Service } from './service.js';
import { unseenImages } from './unseen-images.js';

const SIZE = 16;
const CLASSES = ['left', 'right'];
const IMAGES = 40;

let service: Service;
let dataset: Dataset;
beforeAll(async () => {
  service = await Service.shared();
  dataset = await service.dataset('stripes', { classes: CLASSES, perClass: 60, size: SIZE });
  expect(dataset.classes).toEqual(CLASSES);
});

interface Answers {
  task: ClassResponse['task'];
  /** How many labels of so many images are right. */
  right: number;
  /** The largest difference between the endpoint's probabilities and those of the exported file. */
  difference: number;
}

/** Asks the endpoint of a job, and the ONNX file of its best checkpoint, about images that it has not seen. */
async function ask(name: string, job: Job): Promise<Answers> {
  await service.serve(name, job);
  const images = unseenImages(CLASSES, SIZE, IMAGES);
  const served = await service.predict(
    name,
    images.map(({ png }) => png),
  );
  const session = await InferenceSession.create(await service.download(job.best?.checkpoint_id ?? '', 'onnx'));
  const pixels = Uint8Array.from(images.flatMap((image) => [...image.pixels]));
  const { probabilities } = await session.run({ image: new Tensor('uint8', pixels, [IMAGES, SIZE, SIZE, 3]) });
  expect(probabilities.dims).toEqual([IMAGES, CLASSES.length]);
  const differences = served.predictions.flatMap((prediction, i) =>
    CLASSES.map((label, k) =>
      Math.abs(prediction.probabilities[label] - Number(probabilities.data[i * CLASSES.length + k])),
    ),
  );
  await session.release();
  return {
    task: served.task,
    right: served.predictions.filter(({ label }, i) => label === images[i].label).length,
    difference: Math.max(...differences),
  };
}

function expectSuccess(job: Job): void {
  expect(job.error).toBeNull();
  expect(job.status).toBe('succeeded');
  expect(job.result?.test?.accuracy).toBeGreaterThan(0.8);
}

describe('a data set that a worker has read', () => {
  it('can be looked at', async () => {
    const at = `/v1/datasets/${dataset.id}`;
    for (const name of ['preview', 'histogram']) {
      const picture = await service.picture(`${at}/${name}.png`);
      expect(picture.subarray(1, 4).toString()).toBe('PNG');
      expect(picture.readUInt32BE(16)).toBe(1600);
    }
    const { data } = await service.get<List<ShownSample>>(`${at}/samples?split=test&class=left&limit=100`);
    expect(data).toHaveLength(dataset.counts?.test.classes.left ?? 0);
    for (const { label, file, width } of data)
      expect({ label, width }).toEqual({ label: file.split('/')[0], width: SIZE });
  });
});

describe('the JSON of Keras', () => {
  it('is trained as it was compiled, exported and served', async () => {
    const compile_config = compiled('sparse_categorical_crossentropy', 0.05);
    const keras = JSON.stringify(kerasNet({ shape: [SIZE, SIZE, 3], compile_config }));
    const job = await service.trained({ dataset_id: dataset.id, keras, training: { epochs: 12, batch_size: 16 } });
    expectSuccess(job);
    expect(job.training).toMatchObject({ optimizer: { type: 'sgd', learning_rate: 0.05, momentum: 0.5 } });
    const { task, right, difference } = await ask('keras', job);
    expect(task).toBe('multiclass');
    expect(right).toBeGreaterThan(0.8 * IMAGES);
    expect(difference).toBeLessThan(1e-6);
  });
});

describe('one sigmoid for two classes', () => {
  it('is trained with binary cross-entropy, and both classes get their probability', async () => {
    const model = {
      layers: [
        { type: 'conv2d', filters: 8, kernel_size: 5, activation: 'relu' },
        { type: 'max_pooling2d' },
        { type: 'flatten' },
        { type: 'dense', units: 1, activation: 'sigmoid' },
      ],
    };
    const training = { epochs: 5, batch_size: 16, metrics: ['accuracy', 'auc', 'f1'], class_weights: 'balanced' };
    const job = await service.trained({ dataset_id: dataset.id, model, training });
    expectSuccess(job);
    expect(job.training).toMatchObject({ loss: { type: 'binary_crossentropy' } });
    expect(job.result?.test).toMatchObject({ auc: expect.any(Number), f1: expect.any(Number) });
    const { task, right, difference } = await ask('binary', job);
    expect(task).toBe('binary');
    expect(right).toBeGreaterThan(0.8 * IMAGES);
    expect(difference).toBeLessThan(1e-6);
  });
});

describe('a graph with batch normalisation', () => {
  const convolution = (name: string, inputs: string[], activation = 'linear') => [
    { type: 'conv2d', name: `${name}_conv`, inputs, filters: 8, kernel_size: 3, padding: 'same', use_bias: false },
    { type: 'batch_normalization', name: `${name}_norm`, momentum: 0.9 },
    { type: 'activation', name, activation },
  ];

  it('is trained over a schedule with an average of its weights, and its answers are those of the exported file', async () => {
    const model = {
      layers: [
        { type: 'rescaling', name: 'scale', scale: 1 / 255 },
        ...convolution('stem', ['scale'], 'relu'),
        ...convolution('first', ['stem'], 'relu'),
        ...convolution('second', ['first']),
        { type: 'add', name: 'sum', inputs: ['stem', 'second'] },
        { type: 'activation', name: 'out', activation: 'relu' },
        { type: 'global_average_pooling2d', name: 'average', inputs: ['out'] },
        { type: 'global_max_pooling2d', name: 'largest', inputs: ['out'] },
        { type: 'concatenate', name: 'both', inputs: ['average', 'largest'] },
        { type: 'dropout', rate: 0.1 },
        { type: 'dense', units: 'classes', activation: 'softmax' },
      ],
    };
    const training = {
      epochs: 6,
      batch_size: 16,
      optimizer: { type: 'adamw', learning_rate: 0.01 },
      schedule: { type: 'cosine', warmup_epochs: 1 },
      label_smoothing: 0.05,
      gradient_clip_norm: 5,
      ema: { decay: 0.9 },
    };
    const job = await service.trained({ dataset_id: dataset.id, model, training });
    expectSuccess(job);
    expect(job.training).toMatchObject({ normalization: 'none', ema: { decay: 0.9 } });
    const { data: epochs } = await service.get<List<EpochMetrics>>(`/v1/jobs/${job.id}/metrics?resolution=epoch`);
    const rates = epochs.map(({ learning_rate }) => learning_rate);
    expect(rates.at(-1)).toBeLessThan(0.5 * Math.max(...rates));
    const { task, right, difference } = await ask('graph', job);
    expect(task).toBe('multiclass');
    expect(right).toBeGreaterThan(0.8 * IMAGES);
    expect(difference).toBeLessThan(1e-6);
  });
});
