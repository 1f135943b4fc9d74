import { type ImageSize, resolveOptimizer } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { parseModelSpec } from '../spec/parse.js';
import { buildModel } from './build.js';
import { cpuLowerings } from './cpu-lowerings.js';
import { summarizeModel } from './summary.js';

const conv = (filters: number) => ({ type: 'conv2d', filters, kernel_size: 3, activation: 'relu' });
const pool = { type: 'max_pooling2d', pool_size: 2 };
const flatten = { type: 'flatten' };
const output = { type: 'dense', units: 'classes', activation: 'softmax' };

function summarize(layers: readonly object[], image: ImageSize, batch = 1) {
  return summarizeModel(buildModel(parseModelSpec({ layers }), { image, classes: 10 }), batch);
}

const mnist: ImageSize = { width: 28, height: 28, channels: 1 };
const convnet = [conv(32), pool, conv(64), pool, flatten, { type: 'dropout', rate: 0.5 }, output];

describe('the summary of a model', () => {
  it("counts the 34,826 parameters of Keras' mnist_convnet", () => {
    expect(summarize(convnet, mnist).parameters).toBe(34_826);
  });

  it("counts the 1,626,442 parameters of the course's CNN", () => {
    const layers = [conv(32), pool, conv(64), pool, flatten, { type: 'dense', units: 128, activation: 'relu' }, output];
    expect(summarize(layers, { width: 64, height: 64, channels: 3 }).parameters).toBe(1_626_442);
  });

  it('has a row for each layer, as Keras prints it', () => {
    const { layers } = summarize(convnet, mnist);
    expect(layers.map(({ name, output_shape, parameters }) => [name, output_shape, parameters])).toEqual([
      ['conv2d', [null, 26, 26, 32], 320],
      ['max_pooling2d', [null, 13, 13, 32], 0],
      ['conv2d_1', [null, 11, 11, 64], 18_496],
      ['max_pooling2d_1', [null, 5, 5, 64], 0],
      ['flatten', [null, 1600], 0],
      ['dropout', [null, 1600], 0],
      ['dense', [null, 10], 16_010],
    ]);
  });

  it('counts a multiply-add as two operations', () => {
    const { layers, forward_flops, backward_flops } = summarize([conv(2), flatten, output], {
      width: 5,
      height: 4,
      channels: 3,
    });
    const convolution = 2 * 3 * 2 * (2 * 9 * 3 + 1);
    const dense = 10 * (2 * 12 + 1);
    expect(layers.map((row) => row.forward_flops)).toEqual([convolution, 0, dense]);
    expect(forward_flops).toBe(convolution + dense);
    // The first layer needs no gradient of its input.
    expect(backward_flops).toBe(convolution + 2 * dense);
  });

  it('is for the whole batch where it says so', () => {
    const one = summarize(convnet, mnist, 1);
    const many = summarize(convnet, mnist, 64);
    expect(many.batch_size).toBe(64);
    expect(many.forward_flops).toBe(64 * one.forward_flops);
    expect(many.backward_flops).toBe(64 * one.backward_flops);
    expect(many.memory_bytes).toMatchObject({
      parameters: 4 * 34_826,
      optimizer: 8 * 34_826,
      activations: 64 * one.memory_bytes.activations,
    });
    expect(one.memory_bytes.activations).toBe(4 * (26 * 26 * 32 + 13 * 13 * 32 + 11 * 11 * 64 + 3 * 1600 + 10));
    expect(many.layers[0].activation_bytes).toBe(64 * 4 * 26 * 26 * 32);
  });

  it('tells running statistics from what is trained', () => {
    const layers = [conv(4), { type: 'batch_normalization' }, flatten, output];
    const summary = summarize(layers, { width: 6, height: 6, channels: 1 });
    const [convolution, norm, , dense] = summary.layers;
    expect([norm.parameters, norm.trainable_parameters]).toEqual([16, 8]);
    expect(summary.trainable_parameters).toBe(convolution.parameters + 8 + dense.parameters);
    expect(summary.parameters).toBe(summary.trainable_parameters + 8);
    expect(summary.memory_bytes.optimizer).toBe(2 * 4 * summary.trainable_parameters);
  });

  it('counts a frozen layer as it is: weights, but nothing to train', () => {
    const layers = [{ ...conv(4), trainable: false }, flatten, { ...output, trainable: false }];
    const summary = summarize(layers, mnist);
    expect(summary.trainable_parameters).toBe(0);
    expect(summary.memory_bytes.optimizer).toBe(0);
    expect(summary.memory_bytes.peak).toBeGreaterThan(100e6 + summary.memory_bytes.parameters);
  });

  it("counts the memory of the training's own optimizer", () => {
    const model = buildModel(parseModelSpec({ layers: convnet }), { image: mnist, classes: 10 });
    const plain = summarizeModel(model, 32, resolveOptimizer({ type: 'sgd' })).memory_bytes;
    const adam = summarizeModel(model, 32).memory_bytes;
    expect(plain.optimizer).toBe(0);
    expect(adam.peak).toBeGreaterThan(plain.peak);
  });

  it('gives the peak of the lowering that takes the most, where it is not known which one a training gets', () => {
    const model = buildModel(parseModelSpec({ layers: convnet }), { image: mnist, classes: 10 });
    const peakOf = (lowerings: readonly (number | null)[]) =>
      summarizeModel(model, 32, undefined, lowerings).memory_bytes.peak;
    expect(peakOf([16])).not.toBe(peakOf([null]));
    expect(peakOf(cpuLowerings(model))).toBe(Math.max(peakOf([null]), peakOf([16])));
    const dense = buildModel(parseModelSpec({ layers: [flatten, output] }), { image: mnist, classes: 10 });
    expect(cpuLowerings(dense)).toEqual([null]);
  });

  it('takes the portable estimate for a batch that is too large to be lowered to blocks, by the ratio of a smaller one', () => {
    const ratioOf = (layers: readonly object[], image: ImageSize, batch: number) => {
      const model = buildModel(parseModelSpec({ layers }), { image, classes: 10 });
      const peakOf = (block: number | null) => summarizeModel(model, batch, undefined, [block]).memory_bytes.peak;
      return peakOf(16) / peakOf(null);
    };
    const image: ImageSize = { width: 16, height: 16, channels: 3 };
    // 1,031 of these images have 2^25 results.
    const layers = [conv(83), flatten, output];
    expect(ratioOf(layers, image, 65_536)).toBeCloseTo(ratioOf(layers, image, 1_000), 1);
    expect(ratioOf(layers, image, 65_536)).not.toBe(1);
    expect(
      ratioOf([conv(960), { type: 'global_average_pooling2d' }, output], { ...image, width: 512, height: 512 }, 9),
    ).toBe(1);
  });

  it('estimates a peak that holds a process and grows with the batch', () => {
    const peaks = [32, 128, 512].map((batch) => summarize(convnet, mnist, batch).memory_bytes);
    for (const { peak, parameters, optimizer, activations } of peaks) {
      expect(peak).toBeGreaterThan(100e6 + parameters + optimizer + activations);
    }
    expect(peaks[1].peak).toBeGreaterThan(1.3 * peaks[0].peak);
    expect(peaks[2].peak).toBeGreaterThan(1.3 * peaks[1].peak);
  });
});
