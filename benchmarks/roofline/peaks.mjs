// What this machine can do at most, in the operators that a step is made of: GFLOP/s of onnxruntime's matrix product and of its
// blocked convolution, and GB/s of an elementwise sum that is far larger than the caches.
import * as ort from 'onnxruntime-node';
import { BLOCKED_DOMAIN, onnxFile } from './onnx-file.mjs';
import { profile } from './profile.mjs';

const RUNS = 12;
const WARM_UP = 3;
const FLOAT_BYTES = 4;

/** [rows, inner, columns] of matrix products; the best counts. */
const PRODUCTS = [
  [1024, 1024, 1024],
  [2048, 2048, 2048],
  [4096, 512, 1024],
];
/** [batch, channels, side] of convolutions 3×3 with as many channels out as in; the best counts. */
const CONVOLUTIONS = [
  [32, 64, 32],
  [32, 128, 16],
  [16, 256, 16],
];
/** 128 MiB each: two go in, one comes out. */
const SUM_ELEMENTS = 32 * 1024 * 1024;

/** @typedef {{ name: string, shape: readonly number[] }} TensorSpec */

/**
 * The shortest time of one operator, in seconds. A reduction follows it, so that no large result is copied out.
 *
 * @param {{ type: string, domain?: string, attributes?: Record<string, number[]> }} operator
 * @param {readonly TensorSpec[]} inputs @param {number} threads
 */
async function fastest(operator, inputs, threads) {
  const nodes = [
    { ...operator, inputs: inputs.map(({ name }) => name), output: 'result' },
    { type: 'ReduceMax', inputs: ['result'], output: 'largest' },
  ];
  const rank = inputs[0].shape.length;
  const onnx = onnxFile({ nodes, inputs, outputs: [{ name: 'largest', shape: Array(rank).fill(1) }] });
  const feeds = Object.fromEntries(
    inputs.map(({ name, shape }) => {
      const data = new Float32Array(shape.reduce((size, side) => size * side, 1)).fill(0.5);
      return [name, new ort.Tensor('float32', data, shape)];
    }),
  );
  const runs = await profile(onnx, feeds, { threads, runs: RUNS, warmUp: WARM_UP });
  const times = runs.flatMap(({ nodes: done }) => done.filter(({ op }) => op === operator.type).map(({ ms }) => ms));
  return Math.min(...times) / 1000;
}

/** @param {number} threads */
export async function matrixPeak(threads) {
  const rates = [];
  for (const [m, k, n] of PRODUCTS) {
    const inputs = [
      { name: 'a', shape: [m, k] },
      { name: 'b', shape: [k, n] },
    ];
    rates.push((2 * m * k * n) / (await fastest({ type: 'MatMul' }, inputs, threads)) / 1e9);
  }
  return rounded(Math.max(...rates));
}

/** @param {number} threads */
export async function convolutionPeak(threads) {
  const rates = [];
  const attributes = { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [1, 1], dilations: [1, 1] };
  for (const [batch, channels, side] of CONVOLUTIONS) {
    const inputs = [
      { name: 'x', shape: [batch, channels, side, side] },
      { name: 'w', shape: [channels, channels, 3, 3] },
    ];
    const seconds = await fastest({ type: 'Conv', domain: BLOCKED_DOMAIN, attributes }, inputs, threads);
    rates.push((2 * 9 * batch * channels * channels * side * side) / seconds / 1e9);
  }
  return rounded(Math.max(...rates));
}

/** Bytes read and written, as STREAM counts them: not those that a cache line is read for before it is written. @param {number} threads */
export async function bandwidth(threads) {
  const inputs = ['a', 'b'].map((name) => ({ name, shape: [SUM_ELEMENTS] }));
  const seconds = await fastest({ type: 'Add' }, inputs, threads);
  return rounded((3 * FLOAT_BYTES * SUM_ELEMENTS) / seconds / 1e9);
}

/** @param {number} value */
function rounded(value) {
  return Math.round(value * 10) / 10;
}
