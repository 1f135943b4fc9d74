import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatasetTask, ImageSize } from '@trainyard/contracts';
import { buildModel, dataShapeOf, initialParameters, parameterName, parseModelSpec } from '@trainyard/engine';
import type { ObjectStore } from '@trainyard/storage';
import { openObjectStore } from '@trainyard/storage';
import { afterAll, describe, expect, it } from 'vitest';
import { writeCheckpoint } from '../checkpoint-file.js';
import { compileCheckpoint, type TrainedCheckpoint } from './checkpoint-predictor.js';
import { Predictor } from './predictor.js';

const root = mkdtempSync(join(tmpdir(), 'trainyard-predictor-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const store: ObjectStore = openObjectStore({ root });
const stats = { mean: [0.5, 0.5, 0.5], std: [0.2, 0.2, 0.2] };
const stored = { width: 9, height: 9, channels: 3 } as const;

interface Trained {
  task?: DatasetTask;
  classes?: string[];
  targets?: string[];
  /** What the model takes; 6×5 without colour by default. */
  image?: ImageSize;
  /** The model's last layer. */
  end?: object;
}

const classes = ['ash', 'birch', 'cedar'];
let written = 0;

/** The model takes other images than the data set's own size: smaller ones, without colour. */
async function checkpoint(trained: Trained = {}): Promise<TrainedCheckpoint> {
  const { task = 'multiclass', end = { units: 'classes', activation: 'softmax' } } = trained;
  const named = { classes: trained.classes ?? classes, targets: trained.targets ?? null };
  const dataset = { task, ...named, image: stored, fit: 'contain' as const, stats };
  const spec = parseModelSpec({
    input: trained.image ?? { width: 6, height: 5, channels: 1 },
    layers: [
      { type: 'conv2d', filters: 8, kernel_size: 3, activation: 'relu' },
      { type: 'batch_normalization' },
      { type: 'flatten' },
      { type: 'dense', ...end },
    ],
  });
  const model = buildModel(spec, dataShapeOf(dataset, 'symmetric'));
  const initial = initialParameters(model, 3);
  const tensors = new Map(
    model.parameters.map((parameter) => {
      const name = parameterName(parameter);
      return [name, { shape: parameter.shape, data: initial.get(name) ?? new Float32Array() }];
    }),
  );
  const best = { epoch: 1, step: 1, loss: 1 };
  const key = `checkpoints/job_x/${++written}.safetensors`;
  const { digest } = await writeCheckpoint(store, key, tensors, {
    epoch: 1,
    step: 1,
    seed: 3,
    best,
    learningRate: null,
  });
  return { storageKey: key, digest, spec, normalization: 'symmetric', dataset };
}

async function openPredictor(trained: Trained = {}): Promise<Predictor> {
  return Predictor.open(await compileCheckpoint(store, await checkpoint(trained)), { device: 'cpu', threads: 1 });
}

describe('compileCheckpoint', () => {
  it('takes the size of the images from the model where it says one, and the fit from the data set', async () => {
    const { image, labels, graph } = await compileCheckpoint(store, await checkpoint());
    expect(image).toEqual({ width: 6, height: 5, channels: 1, fit: 'contain' });
    expect(labels).toEqual(classes);
    expect(graph.onnx.length).toBeGreaterThan(0);
  });

  it('refuses a file that does not match its digest', async () => {
    const wrong = { ...(await checkpoint()), digest: `sha256:${'0'.repeat(64)}` };
    await expect(compileCheckpoint(store, wrong)).rejects.toMatchObject({ code: 'checkpoint_corrupt' });
  });
});

describe('Predictor', () => {
  it('gives each image of a long batch what it gets alone', async () => {
    const predictor = await openPredictor();
    const count = 70;
    const images = Uint8Array.from({ length: count * predictor.imageBytes }, (_, place) => (place * 7919) % 251);
    const together = await predictor.predict(images, count);
    expect(together).toHaveLength(count * classes.length);
    for (const row of [0, 31, 32, 69]) {
      const size = predictor.imageBytes;
      const alone = await predictor.predict(images.slice(row * size, (row + 1) * size), 1);
      for (const [place, value] of alone.entries()) {
        expect(together[row * classes.length + place]).toBeCloseTo(value, 6);
      }
    }
    await predictor.release();
  });

  it('computes large images in groups, each as it would alone', async () => {
    const image = { width: 80, height: 80, channels: 1 } as const;
    const predictor = await openPredictor({ image });
    const count = 11;
    const images = Uint8Array.from({ length: count * predictor.imageBytes }, (_, place) => (place * 7919) % 251);
    const together = await predictor.predict(images, count);
    expect(new Set(together).size).toBeGreaterThan(count);
    for (const row of [0, 7, 8, 10]) {
      const pixels = images.subarray(row * predictor.imageBytes, (row + 1) * predictor.imageBytes);
      for (const [place, value] of (await predictor.predict(pixels, 1)).entries()) {
        expect(together[row * classes.length + place]).toBeCloseTo(value, 6);
      }
    }
    await predictor.release();
  });

  it('gives probabilities that add up to 1 and depend on the image', async () => {
    const predictor = await openPredictor();
    expect(predictor.task).toBe('multiclass');
    const { black, white } = await extremes(predictor);
    for (const row of [black, white]) expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    expect(black).not.toEqual(white);
  });

  it('refuses pixels that do not fill the images', async () => {
    const predictor = await openPredictor();
    await expect(predictor.predict(new Uint8Array(29), 1)).rejects.toThrow('1 images have 30 bytes. Received: 29');
    await predictor.release();
  });

  it('gives both classes their probability where one sigmoid tells two apart', async () => {
    const pair = { classes: ['cat', 'dog'], end: { units: 1, activation: 'sigmoid' } };
    const predictor = await openPredictor(pair);
    expect(predictor.task).toBe('binary');
    const { black, white } = await extremes(predictor);
    for (const [cat, dog, ...rest] of [black, white]) {
      expect(rest).toEqual([]);
      expect(cat + dog).toBeCloseTo(1, 6);
    }
    expect(black).not.toEqual(white);
  });

  it('gives each label a probability of its own', async () => {
    const end = { units: 3, activation: 'sigmoid', bias_initializer: 'ones' };
    const predictor = await openPredictor({ task: 'multilabel', end });
    expect(predictor.task).toBe('multilabel');
    const { black, white } = await extremes(predictor);
    for (const value of [...black, ...white]) expect(value > 0 && value < 1).toBe(true);
    // A softmax would keep these sums at 1.
    for (const row of [black, white]) {
      expect(Math.abs(row.reduce((sum, value) => sum + value, -1))).toBeGreaterThan(0.1);
    }
  });

  it('gives the values of a regression as they come', async () => {
    const end = { units: 'classes', bias_initializer: { type: 'constant', value: 40 } };
    const predictor = await openPredictor({ task: 'regression', classes: [], targets: ['age', 'weight'], end });
    expect(predictor.labels).toEqual(['age', 'weight']);
    expect(predictor.task).toBe('regression');
    const { black, white } = await extremes(predictor);
    for (const row of [black, white]) {
      expect(row).toHaveLength(2);
      for (const value of row) expect(Math.abs(value - 40)).toBeLessThan(20);
    }
    expect(black).not.toEqual(white);
  });
});

/** What a black and a white image get. Releases the predictor. */
async function extremes(predictor: Predictor): Promise<{ black: number[]; white: number[] }> {
  const black = await predictor.predict(new Uint8Array(predictor.imageBytes), 1);
  const white = await predictor.predict(new Uint8Array(predictor.imageBytes).fill(255), 1);
  await predictor.release();
  return { black: [...black], white: [...white] };
}
