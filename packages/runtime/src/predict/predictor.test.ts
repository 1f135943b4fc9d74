import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildModel, initialParameters, parameterName, parseModelSpec } from '@trainyard/engine';
import type { ObjectStore } from '@trainyard/storage';
import { openObjectStore } from '@trainyard/storage';
import { afterAll, describe, expect, it } from 'vitest';
import { writeCheckpoint } from '../checkpoint-file.js';
import { compileCheckpoint, type TrainedCheckpoint } from './checkpoint-predictor.js';
import { Predictor } from './predictor.js';

const root = mkdtempSync(join(tmpdir(), 'trainyard-predictor-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const store: ObjectStore = openObjectStore({ root });
const classes = ['ash', 'birch', 'cedar'];
const stored = { width: 9, height: 9, channels: 3 } as const;

/** The model takes other images than the data set's own size: smaller ones, without colour. */
async function checkpoint(): Promise<TrainedCheckpoint> {
  const spec = parseModelSpec({
    input: { width: 6, height: 5, channels: 1 },
    layers: [
      { type: 'conv2d', filters: 4, kernel_size: 3, activation: 'relu' },
      { type: 'flatten' },
      { type: 'dense', units: 'classes', activation: 'softmax' },
    ],
  });
  const model = buildModel(spec, { image: stored, classes: classes.length });
  const initial = initialParameters(model, 3);
  const tensors = new Map(
    model.parameters.map((parameter) => {
      const name = parameterName(parameter);
      return [name, { shape: parameter.shape, data: initial.get(name) ?? new Float32Array() }];
    }),
  );
  const best = { epoch: 1, step: 1, loss: 1 };
  const key = 'checkpoints/job_x/000000001-1.safetensors';
  const { digest } = await writeCheckpoint(store, key, tensors, { epoch: 1, step: 1, seed: 3, best });
  const stats = { mean: [0.5, 0.5, 0.5], std: [0.2, 0.2, 0.2] };
  return {
    storageKey: key,
    digest,
    spec,
    normalization: 'symmetric',
    dataset: { task: 'multiclass', classes, image: stored, fit: 'contain', stats },
  };
}

async function openPredictor(): Promise<Predictor> {
  return Predictor.open(await compileCheckpoint(store, await checkpoint()), { device: 'cpu', threads: 1 });
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

  it('gives probabilities that add up to 1 and depend on the image', async () => {
    const predictor = await openPredictor();
    const black = await predictor.predict(new Uint8Array(predictor.imageBytes), 1);
    const white = await predictor.predict(new Uint8Array(predictor.imageBytes).fill(255), 1);
    for (const row of [black, white]) expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    expect([...black]).not.toEqual([...white]);
    await predictor.release();
  });

  it('refuses pixels that do not fill the images', async () => {
    const predictor = await openPredictor();
    await expect(predictor.predict(new Uint8Array(29), 1)).rejects.toThrow('1 images have 30 bytes. Received: 29');
    await predictor.release();
  });
});
