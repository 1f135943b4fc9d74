// Feature maps, embeddings and kept kernels in this process, beside what is computed by hand.
import { randomUUID } from 'node:crypto';
import { principalComponents } from '@trainyard/analysis';
import {
  checkEmbeddingResult,
  checkFeatureMapsResult,
  type FeatureMapsTask,
  featureImagePrefix,
  isKernelEpoch,
  kernelKey,
  type TrainedModelTask,
} from '@trainyard/contracts';
import { buildModel, dataShapeOf, parseModelSpec, readSafetensors } from '@trainyard/engine';
import { analyse, KernelSnapshots, openTrainedModel } from '@trainyard/runtime';
import { beforeAll, describe, expect, it } from 'vitest';
import { TestAnalyst } from '../evaluation/analyst.js';
import { className, folders, SIDE, shades } from '../evaluation/pictures.js';

const LAYERS = {
  layers: [
    { type: 'conv2d', name: 'seen', filters: 3, kernel_size: 3, activation: 'relu' },
    { type: 'flatten', name: 'flat' },
    { type: 'dense', name: 'said', units: 5, activation: 'tanh' },
    { type: 'dense', name: 'out', units: 'classes', activation: 'softmax' },
  ],
};
const OUT = SIDE - 2;

let analyst: TestAnalyst;
let model: TrainedModelTask;
const pictures = shades(20, 9);

beforeAll(async () => {
  analyst = await TestAnalyst.open();
  model = await analyst.model(await analyst.dataset('ds_seen', await folders(pictures, className)), LAYERS);
});

const tools = () => ({
  ...{ store: analyst.store, threads: 1, signal: new AbortController().signal },
  report: async () => {},
});

async function mapsOf(image: FeatureMapsTask['image'], layer: string) {
  const id = `fmap_${randomUUID()}`;
  await analyse({ kind: 'feature_maps', analysis_id: id, model, layer, image }, tools());
  const read = (file: string) => analyst.store.readBytes(`analyses/${id}/${file}`);
  const bytes = await read('values.f32');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
  const result = checkFeatureMapsResult(JSON.parse(new TextDecoder().decode(await read('result.json'))));
  return { result, values, input: await read('input.u8') };
}

describe('feature maps', () => {
  it('are what the layer makes of the image, its activation applied', async () => {
    const { result, values, input } = await mapsOf({ split: 'train', index: 2 }, 'seen');
    expect(result).toMatchObject({ layer: 'seen', type: 'conv2d', shape: [3, OUT, OUT] });
    const { parameters } = await openTrainedModel(analyst.store, model);
    const [kernel, bias] = ['seen/kernel', 'seen/bias'].map((name) => parameters.get(name) ?? []);
    const at = (filter: number, y: number, x: number) => {
      let sum = bias[filter];
      for (let i = 0; i < 9; i++) {
        sum += (kernel[9 * filter + i] * input[(y + Math.floor(i / 3)) * SIDE + x + (i % 3)]) / 255;
      }
      return Math.max(0, sum);
    };
    for (let i = 0; i < values.length; i++) {
      const [filter, rest] = [Math.floor(i / OUT ** 2), i % OUT ** 2];
      expect(values[i]).toBeCloseTo(at(filter, Math.floor(rest / OUT), rest % OUT), 5);
    }
    expect(Math.max(...values)).toBe(result.max);
    for (const { index, zero_share } of result.maps) {
      const map = values.slice(index * OUT ** 2, (index + 1) * OUT ** 2);
      expect(zero_share).toBe(map.filter((value) => value === 0).length / map.length);
    }
  });

  it('of an uploaded image are those of the same image in the data set; of a dense layer they are units', async () => {
    const key = `${featureImagePrefix('job_1')}/image`;
    await analyst.store.write(key, pictures[4].png);
    const uploaded = await mapsOf({ key, sha256: '' }, 'said');
    expect(uploaded.result.shape).toEqual([5]);
    const indices = Array.from({ length: 20 }, (_, index) => index);
    let same = 0;
    for (const split of ['train', 'validation', 'test'] as const) {
      for (const index of indices) {
        const found = await mapsOf({ split, index }, 'said').catch(() => null);
        if (found === null) break;
        if (!Buffer.from(found.input).equals(Buffer.from(uploaded.input))) continue;
        same += 1;
        expect(found.values).toEqual(uploaded.values);
      }
    }
    expect(same).toBe(1);
  });

  it('are refused of a layer or an image that is not there, and of a file that is no image', async () => {
    await expect(mapsOf({ split: 'train', index: 0 }, 'none')).rejects.toMatchObject({ code: 'invalid_request' });
    await expect(mapsOf({ split: 'test', index: 999 }, 'seen')).rejects.toMatchObject({ code: 'invalid_request' });
    const key = `${featureImagePrefix('job_1')}/text`;
    await analyst.store.write(key, Buffer.from('no image'));
    await expect(mapsOf({ key, sha256: '' }, 'seen')).rejects.toMatchObject({ code: 'invalid_image' });
  });
});

describe('an embedding', () => {
  it('has a point for each image of the split, from the layer before the last one with weights', async () => {
    const id = `emb_${randomUUID()}`;
    await analyse({ kind: 'embedding', analysis_id: id, model, split: 'train' }, tools());
    const bytes = await analyst.store.readBytes(`analyses/${id}/result.json`);
    const result = checkEmbeddingResult(JSON.parse(new TextDecoder().decode(bytes)));
    expect(result).toMatchObject({ layer: 'said', dimensions: 5, split: 'train', names: ['bright', 'dark', 'middle'] });
    expect(result.points).toHaveLength(result.count);
    const byFile = new Map(pictures.map((shade, index) => [`${className(shade)}/${index}.png`, shade]));
    for (const { file, labels } of result.points) {
      const shade = byFile.get(file);
      expect(result.names[labels[0]]).toBe(shade && className(shade));
    }
    const [first, second] = result.explained_variance_ratio;
    expect(first).toBeGreaterThan(second);
    expect(first + second).toBeLessThanOrEqual(1 + 1e-9);
    const rows: number[] = [];
    for (const { index } of result.points) rows.push(...(await mapsOf({ split: 'train', index }, 'said')).values);
    const { projected } = principalComponents(Float32Array.from(rows), 5);
    result.points.forEach(({ x, y }, row) => {
      expect(x).toBeCloseTo(projected[2 * row], 5);
      expect(y).toBeCloseTo(projected[2 * row + 1], 5);
    });
  });
});

describe('kernels', () => {
  const weights = (layers: object) =>
    buildModel(parseModelSpec(layers), dataShapeOf(model.dataset, model.training.normalization));

  it('are kept at some epochs, the same bytes each time', async () => {
    const kernels = new KernelSnapshots(analyst.store, { jobId: 'job_k', epochs: 100, model: weights(LAYERS) });
    const { tensors } = await openTrainedModel(analyst.store, model);
    for (const epoch of [0, 1, 2, 5]) await kernels.keep(epoch, tensors);
    const first = await analyst.store.readBytes(kernelKey('job_k', 0));
    const file = readSafetensors(first);
    expect(file.tensors.get('seen/kernel')).toEqual({ shape: [3, 1, 3, 3], data: tensors.get('seen/kernel') });
    expect(file.metadata).toEqual({ epoch: '0', filters: '3' });
    await kernels.keep(0, tensors);
    expect(await analyst.store.readBytes(kernelKey('job_k', 0))).toEqual(first);
    await expect(analyst.store.readBytes(kernelKey('job_k', 5))).rejects.toMatchObject({ code: 'not_found' });
    const kept = Array.from({ length: 101 }, (_, epoch) => epoch).filter((epoch) => isKernelEpoch(epoch, 100));
    expect(kept.slice(0, 4)).toEqual([0, 1, 3, 6]);
    expect(kept.at(-1)).toBe(100);
  });

  it('are not kept of a model without a convolution', async () => {
    const flat = weights({ layers: [{ type: 'flatten' }, { type: 'dense', units: 'classes', activation: 'softmax' }] });
    await new KernelSnapshots(analyst.store, { jobId: 'job_f', epochs: 2, model: flat }).keep(0, new Map());
    for await (const key of analyst.store.list('kernels/job_f')) throw new Error(`there is ${key}`);
  });
});
