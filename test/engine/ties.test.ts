import { describe, expect, it } from 'vitest';
import { applyActivation } from '../../packages/engine/src/activations/activation.js';
import { gradients } from '../../packages/engine/src/autodiff/gradients.js';
import { Graph, type Value } from '../../packages/engine/src/graph/graph.js';
import { type Shape, sizeOf } from '../../packages/engine/src/graph/tensor-type.js';
import { abs } from '../../packages/engine/src/ops/abs.js';
import { clip } from '../../packages/engine/src/ops/clip.js';
import { elu } from '../../packages/engine/src/ops/elu.js';
import { leakyRelu } from '../../packages/engine/src/ops/leaky-relu.js';
import { max } from '../../packages/engine/src/ops/max.js';
import { maxPool } from '../../packages/engine/src/ops/max-pool.js';
import { min } from '../../packages/engine/src/ops/min.js';
import { prelu } from '../../packages/engine/src/ops/prelu.js';
import { reduceMax } from '../../packages/engine/src/ops/reduce-max.js';
import { relu } from '../../packages/engine/src/ops/relu.js';
import { extent, type Window, windowOutput } from '../../packages/engine/src/ops/window.js';
import { throughBlocks } from './gradient-harness.js';
import { lowerings, portable, type TestLowering } from './lowerings.js';
import { anyNumbers, apart } from './numbers.js';
import { openGraph } from './session.js';

/** dx of `build(x)`, in float32, for the gradient `dy` of its output. */
async function gradientOf(
  shape: Shape,
  x: Float64Array,
  dy: Float64Array,
  build: (x: Value) => Value,
  { name, lower }: TestLowering = portable,
) {
  const graph = new Graph();
  const input = graph.input('x', 'float32', shape);
  const output = name === 'blocked' ? throughBlocks(build(throughBlocks(input))) : build(input);
  const [dx] = gradients(output, [input], graph.input('dy', 'float32', output.shape));
  if (!dx) throw new Error('there is no gradient');
  graph.output('dx', dx);
  const session = await openGraph(graph, lower);
  const results = await session.run({ x, dy });
  await session.release();
  return results.dx.data;
}

/** The definition, written as plainly as possible: dy goes to the first maximum of its window, row by row. */
function firstMaximumGradient(
  [batch, channels, height, width]: Shape,
  x: Float64Array,
  dy: Float64Array,
  window: Window,
) {
  const { kernel_shape, strides, dilations, pads } = window;
  const [rows, columns] = windowOutput('MaxPool', [batch, channels, height, width], window);
  const dx = new Float64Array(x.length);
  for (let plane = 0; plane < batch * channels; plane++) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        let best = -1;
        for (let i = 0; i < kernel_shape[0]; i++) {
          for (let j = 0; j < kernel_shape[1]; j++) {
            const y = row * strides[0] - pads[0] + i * dilations[0];
            const z = column * strides[1] - pads[1] + j * dilations[1];
            if (y < 0 || z < 0 || y >= height || z >= width) continue;
            const place = (plane * height + y) * width + z;
            if (best < 0 || x[place] > x[best]) best = place;
          }
        }
        dx[best] += dy[(plane * rows + row) * columns + column];
      }
    }
  }
  return dx;
}

const WINDOWS: readonly { name: string; window: Window }[] = [
  {
    name: 'windows side by side',
    window: { kernel_shape: [2, 2], strides: [2, 2], dilations: [1, 1], pads: [0, 0, 0, 0] },
  },
  {
    name: 'high windows side by side',
    window: { kernel_shape: [3, 2], strides: [3, 2], dilations: [1, 1], pads: [0, 0, 0, 0] },
  },
  {
    name: 'one window',
    window: { kernel_shape: [7, 8], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0] },
  },
  {
    name: 'overlapping windows',
    window: { kernel_shape: [3, 3], strides: [2, 2], dilations: [1, 1], pads: [0, 0, 0, 0] },
  },
  { name: 'padded windows', window: { kernel_shape: [3, 2], strides: [2, 1], dilations: [1, 1], pads: [1, 0, 2, 1] } },
  { name: 'dilated windows', window: { kernel_shape: [2, 2], strides: [1, 2], dilations: [2, 3], pads: [0, 1, 1, 0] } },
];

describe.each(lowerings)('the gradient of max pooling goes to the first of equal maxima, $name,', (lowering) => {
  const shape = [2, 3, 7, 8];

  it.each(WINDOWS)('of $name', async ({ window }) => {
    // Few different numbers, so that nearly every window has a tie.
    const x = anyNumbers(3, 0, sizeOf(shape)).map(Math.round);
    const outputs = windowOutput('MaxPool', shape, window);
    const dy = anyNumbers(3, 1, 6 * outputs[0] * outputs[1]);
    const dx = await gradientOf(shape, x, dy, (value) => maxPool(value, window), lowering);
    expect(extent(window, 0)).toBeGreaterThan(1);
    expect([...dx]).toEqual([...firstMaximumGradient(shape, x, dy, window)]);
  });

  it.each(WINDOWS)('of $name when all pixels are equal', async ({ window }) => {
    const x = new Float64Array(sizeOf(shape)).fill(-1);
    const outputs = windowOutput('MaxPool', shape, window);
    const dy = anyNumbers(4, 1, 6 * outputs[0] * outputs[1]);
    const dx = await gradientOf(shape, x, dy, (value) => maxPool(value, window), lowering);
    expect([...dx]).toEqual([...firstMaximumGradient(shape, x, dy, window)]);
  });
});

describe.each(lowerings)('pixels that a ReLU made equal, $name,', (lowering) => {
  const shape = [2, 3, 6, 8];

  it.each(WINDOWS.slice(0, 2))('take nothing, whichever is the largest of $name', async ({ window }) => {
    // No two alike, and half of them below 0.
    const x = apart(5, 0, sizeOf(shape));
    const outputs = windowOutput('MaxPool', shape, window);
    const dy = anyNumbers(5, 1, 6 * outputs[0] * outputs[1]);
    const dx = await gradientOf(shape, x, dy, (value) => maxPool(relu(value), window), lowering);
    const expected = firstMaximumGradient(shape, x, dy, window);
    // A zero that was negative is a zero.
    expect([...dx].map((number) => number + 0)).toEqual([...expected.map((each, i) => (x[i] > 0 ? each : 0))]);
  });
});

describe('at the kink', () => {
  const x = Float64Array.of(-1, 0, 1e-30, 1);
  const dy = Float64Array.of(2, 3, 4, 5);

  it('relu has gradient 0 at 0, and dy right above it', async () => {
    expect([...(await gradientOf([4], x, dy, relu))]).toEqual([0, 0, 4, 5]);
  });

  it('relu6 has gradient 0 at 0 and at 6', async () => {
    const places = Float64Array.of(0, 0.5, 6, 6.5);
    const gradient = await gradientOf([4], places, dy, (value) => applyActivation({ type: 'relu6' }, value));
    expect([...gradient]).toEqual([0, 3, 0, 0]);
  });

  it('hard_sigmoid has gradient 0 at -3 and at 3', async () => {
    const places = Float64Array.of(-3, -2.5, 2.5, 3);
    const gradient = await gradientOf([4], places, dy, (value) => applyActivation({ type: 'hard_sigmoid' }, value));
    expect([...gradient].map((number) => Math.round(number * 6))).toEqual([0, 3, 4, 0]);
  });

  it('elu has its left slope at 0', async () => {
    const gradient = await gradientOf([4], Float64Array.of(0, 1, 2, 3), dy, (value) => elu(value, 0.5));
    expect([...gradient]).toEqual([1, 3, 4, 5]);
  });

  it('prelu has its slope at 0, and dy right above it', async () => {
    const gradient = await gradientOf([4], x, dy, (value) => prelu(value, value.graph.scalar(0.5)));
    expect([...gradient]).toEqual([1, 1.5, 4, 5]);
  });

  it('the absolute value has gradient 0 at 0', async () => {
    expect([...(await gradientOf([4], x, dy, abs))]).toEqual([-2, 0, 4, 5]);
  });

  it('clip has gradient 0 at its bounds', async () => {
    const gradient = await gradientOf([4], x, dy, (value) => clip(value, { min: -1, max: 1 }));
    expect([...gradient]).toEqual([0, 3, 4, 0]);
  });

  it('leaky_relu has its slope at 0, and dy right above it', async () => {
    expect([...(await gradientOf([4], x, dy, (value) => leakyRelu(value, 0.5)))]).toEqual([1, 1.5, 4, 5]);
  });
});

describe('where numbers are equal', () => {
  const x = Float64Array.of(1, 2, 3, 4);
  const dy = Float64Array.of(2, 3, 4, 5);
  const two = ({ graph }: Value) => graph.scalar(2);

  it.each([
    { name: 'max', build: max, asFirst: [0, 3, 4, 5], asSecond: [0, 0, 4, 5] },
    { name: 'min', build: min, asFirst: [2, 3, 0, 0], asSecond: [2, 0, 0, 0] },
  ])('the gradient of $name goes to the first', async ({ build, asFirst, asSecond }) => {
    expect([...(await gradientOf([4], x, dy, (value) => build(value, two(value))))]).toEqual(asFirst);
    expect([...(await gradientOf([4], x, dy, (value) => build(two(value), value)))]).toEqual(asSecond);
  });

  it('the gradient of the largest value is shared out evenly', async () => {
    const rows = Float64Array.of(1, 3, 3, 2, 2, 2);
    const gradient = await gradientOf([2, 3], rows, Float64Array.of(4, 6), (value) => reduceMax(value, [1]));
    expect([...gradient]).toEqual([0, 2, 2, 2, 2, 2]);
  });
});
