// Convolution and pooling over a grid of strides, pads, dilations and groups.
import type { Shape } from '../../../packages/engine/src/graph/tensor-type.js';
import { averagePool } from '../../../packages/engine/src/ops/average-pool.js';
import { conv } from '../../../packages/engine/src/ops/conv.js';
import { convTranspose } from '../../../packages/engine/src/ops/conv-transpose.js';
import { globalAveragePool } from '../../../packages/engine/src/ops/global-average-pool.js';
import { maxPool } from '../../../packages/engine/src/ops/max-pool.js';
import { repeatPixels } from '../../../packages/engine/src/ops/repeat-pixels.js';
import { kerasPads, type Window } from '../../../packages/engine/src/ops/window.js';
import type { GradientCase } from '../gradient-harness.js';
import { apart } from '../numbers.js';

function window(options: Partial<Window>): Window {
  return { kernel_shape: [2, 2], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0], ...options };
}

function same(height: number, width: number, options: Partial<Window>): Window {
  const open = window(options);
  return { ...open, pads: kerasPads('same', [height, width], open) };
}

interface ConvOptions extends Partial<Window> {
  readonly x: Shape;
  readonly filters: number;
  readonly group?: number;
  readonly bias?: boolean;
}

function convCase(name: string, { x, filters, group = 1, bias = true, ...options }: ConvOptions): GradientCase {
  const attributes = { ...window(options), group };
  const weights = { shape: [filters, x[1] / group, ...attributes.kernel_shape] };
  return {
    name,
    dtype: 'float32',
    inputs: bias ? [{ shape: x }, weights, { shape: [filters] }] : [{ shape: x }, weights],
    build: ([input, w, b]) => conv(input, w, b ?? null, attributes),
  };
}

const convCases: GradientCase[] = [
  convCase('3×3', { x: [2, 3, 5, 6], filters: 2, kernel_shape: [3, 3] }),
  convCase('without a bias', { x: [2, 2, 4, 4], filters: 3, kernel_shape: [3, 3], bias: false }),
  convCase('1×1', { x: [2, 3, 3, 4], filters: 4, kernel_shape: [1, 1] }),
  convCase('1×1 with strides', { x: [1, 2, 5, 6], filters: 2, kernel_shape: [1, 1], strides: [2, 2] }),
  convCase('one image, one channel, one filter', { x: [1, 1, 4, 5], filters: 1, kernel_shape: [2, 2] }),
  convCase('the whole image', { x: [2, 2, 3, 4], filters: 3, kernel_shape: [3, 4] }),
  convCase('a high, thin kernel', { x: [1, 2, 6, 4], filters: 2, kernel_shape: [4, 1] }),
  convCase('strides of two numbers', { x: [2, 2, 7, 6], filters: 2, kernel_shape: [3, 2], strides: [2, 3] }),
  convCase('rows that no window reaches', { x: [1, 2, 8, 9], filters: 2, kernel_shape: [3, 3], strides: [3, 4] }),
  convCase('strides beyond the kernel', { x: [1, 2, 7, 8], filters: 2, kernel_shape: [2, 1], strides: [3, 3] }),
  convCase('uneven pads', { x: [1, 2, 4, 5], filters: 2, kernel_shape: [3, 3], pads: [1, 0, 2, 1] }),
  convCase('uneven pads and strides', {
    x: [1, 2, 5, 6],
    filters: 2,
    kernel_shape: [3, 3],
    strides: [2, 2],
    pads: [0, 2, 1, 0],
  }),
  convCase('same', { x: [2, 1, 5, 4], filters: 2, ...same(5, 4, { kernel_shape: [3, 3] }) }),
  convCase('same with an even kernel', { x: [1, 2, 5, 4], filters: 2, ...same(5, 4, { kernel_shape: [2, 4] }) }),
  convCase('same with strides', {
    x: [1, 2, 6, 7],
    filters: 2,
    ...same(6, 7, { kernel_shape: [3, 3], strides: [2, 2] }),
  }),
  convCase('a kernel larger than the image', { x: [1, 1, 2, 3], filters: 2, ...same(2, 3, { kernel_shape: [5, 5] }) }),
  convCase('dilations', { x: [1, 2, 6, 7], filters: 2, kernel_shape: [3, 2], dilations: [2, 3] }),
  convCase('dilations, strides and pads', {
    x: [1, 2, 7, 8],
    filters: 2,
    kernel_shape: [2, 3],
    dilations: [2, 2],
    strides: [2, 3],
    pads: [1, 0, 0, 2],
  }),
  convCase('groups', { x: [2, 4, 4, 4], filters: 6, kernel_shape: [2, 2], group: 2 }),
  convCase('depthwise', { x: [2, 3, 5, 4], filters: 3, kernel_shape: [3, 3], group: 3, pads: [1, 1, 1, 1] }),
  convCase('depthwise with two filters a channel', { x: [1, 3, 4, 4], filters: 6, kernel_shape: [2, 2], group: 3 }),
  convCase('one channel, two filters, in one group', { x: [2, 1, 4, 5], filters: 2, kernel_shape: [3, 2] }),
  convCase('depthwise with strides and uneven pads', {
    x: [2, 3, 7, 8],
    filters: 3,
    group: 3,
    kernel_shape: [3, 2],
    strides: [2, 3],
    pads: [1, 0, 0, 1],
  }),
  convCase('depthwise with two filters a channel, strides and dilations', {
    x: [2, 2, 8, 7],
    filters: 4,
    group: 2,
    kernel_shape: [2, 3],
    strides: [3, 1],
    dilations: [2, 2],
    pads: [0, 1, 2, 1],
    bias: false,
  }),
  convCase('groups with strides that leave rows', {
    x: [1, 6, 8, 9],
    filters: 3,
    group: 3,
    kernel_shape: [3, 3],
    strides: [3, 4],
  }),
  convCase('groups and 1×1 with strides', {
    x: [1, 4, 5, 4],
    filters: 2,
    group: 2,
    kernel_shape: [1, 1],
    strides: [2, 2],
  }),
  convCase('groups, the same with strides', {
    x: [1, 4, 6, 5],
    filters: 4,
    group: 2,
    ...same(6, 5, { kernel_shape: [3, 3], strides: [2, 2] }),
  }),
  convCase('groups, strides, dilations and pads', {
    x: [2, 4, 6, 7],
    filters: 4,
    group: 2,
    kernel_shape: [3, 2],
    strides: [2, 1],
    dilations: [1, 2],
    pads: [2, 1, 0, 1],
  }),
  convCase('a depthwise kernel of very many places', {
    x: [2, 2, 13, 14],
    filters: 4,
    group: 2,
    kernel_shape: [11, 12],
    pads: [1, 0, 2, 0],
  }),
  convCase('a depthwise kernel of very many places with strides and dilations', {
    x: [1, 2, 15, 27],
    filters: 2,
    group: 2,
    kernel_shape: [12, 11],
    strides: [2, 3],
    dilations: [1, 2],
  }),
  convCase('a kernel of very many places', { x: [2, 2, 13, 14], filters: 2, kernel_shape: [11, 12] }),
  convCase('a kernel of very many places, with rows that it does not reach', {
    x: [1, 1, 20, 19],
    filters: 2,
    kernel_shape: [12, 11],
    strides: [3, 2],
    pads: [1, 0, 0, 2],
  }),
  convCase('a kernel of very many places, in groups and dilated', {
    x: [1, 2, 15, 25],
    filters: 4,
    group: 2,
    kernel_shape: [12, 11],
    strides: [2, 1],
    dilations: [1, 2],
    pads: [0, 1, 2, 0],
  }),
];

interface ConvTransposeOptions extends ConvOptions {
  readonly output_padding?: readonly [number, number];
}

function convTransposeCase(
  name: string,
  { x, filters, group = 1, bias = true, output_padding = [0, 0], ...options }: ConvTransposeOptions,
): GradientCase {
  const attributes = { ...window(options), group, output_padding };
  const weights = { shape: [x[1], filters / group, ...attributes.kernel_shape] };
  return {
    name,
    dtype: 'float32',
    inputs: bias ? [{ shape: x }, weights, { shape: [filters] }] : [{ shape: x }, weights],
    build: ([input, w, b]) => convTranspose(input, w, attributes, b),
  };
}

const convTransposeCases: GradientCase[] = [
  convTransposeCase('3×3', { x: [2, 3, 4, 5], filters: 2, kernel_shape: [3, 3] }),
  convTransposeCase('without a bias', { x: [1, 2, 3, 3], filters: 3, bias: false }),
  convTransposeCase('1×1', { x: [2, 2, 3, 4], filters: 3, kernel_shape: [1, 1] }),
  convTransposeCase('windows side by side', { x: [1, 3, 3, 2], filters: 2, strides: [2, 2] }),
  convTransposeCase('strides and uneven pads', {
    x: [2, 2, 3, 4],
    filters: 3,
    kernel_shape: [3, 2],
    strides: [2, 3],
    pads: [1, 0, 0, 1],
  }),
  convTransposeCase('rows added at the end', {
    x: [1, 2, 3, 3],
    filters: 2,
    kernel_shape: [3, 3],
    strides: [2, 3],
    output_padding: [1, 2],
  }),
  convTransposeCase('strides beyond the kernel', {
    x: [1, 2, 3, 2],
    filters: 2,
    kernel_shape: [2, 1],
    strides: [3, 3],
    output_padding: [1, 2],
  }),
  convTransposeCase('dilations', {
    x: [1, 2, 4, 3],
    filters: 2,
    kernel_shape: [2, 3],
    dilations: [3, 2],
    pads: [0, 2, 1, 1],
  }),
  convTransposeCase('groups', { x: [1, 4, 3, 4], filters: 6, kernel_shape: [3, 2], group: 2 }),
  convTransposeCase('depthwise with strides and pads', {
    x: [2, 3, 3, 4],
    filters: 3,
    kernel_shape: [3, 3],
    strides: [2, 2],
    pads: [0, 1, 1, 1],
    group: 3,
    output_padding: [0, 1],
  }),
];

function averagePoolCase(name: string, x: Shape, attributes: Window): GradientCase {
  return { name, dtype: 'float32', inputs: [{ shape: x }], build: ([input]) => averagePool(input, attributes) };
}

const averagePoolCases: GradientCase[] = [
  averagePoolCase('2×2', [2, 2, 4, 6], window({ strides: [2, 2] })),
  averagePoolCase('2×2 of odd sides', [2, 2, 5, 7], window({ strides: [2, 2] })),
  averagePoolCase('1×3', [1, 2, 3, 7], window({ kernel_shape: [1, 3], strides: [1, 3] })),
  averagePoolCase('1×1', [1, 2, 3, 2], window({ kernel_shape: [1, 1] })),
  averagePoolCase('the whole image', [2, 3, 3, 2], window({ kernel_shape: [3, 2], strides: [3, 2] })),
  averagePoolCase('overlapping', [2, 2, 5, 6], window({ kernel_shape: [3, 3], strides: [2, 2] })),
  averagePoolCase('overlapping by all but one', [1, 2, 4, 5], window({ kernel_shape: [2, 3] })),
  averagePoolCase('strides beyond the window', [1, 2, 7, 9], window({ strides: [3, 4] })),
  averagePoolCase('uneven pads', [1, 2, 5, 4], window({ kernel_shape: [3, 3], strides: [2, 1], pads: [1, 0, 2, 1] })),
  averagePoolCase('pads and windows in a row', [1, 2, 5, 6], window({ strides: [2, 2], pads: [1, 1, 0, 1] })),
  averagePoolCase('same', [2, 1, 5, 7], same(5, 7, { strides: [2, 2] })),
  averagePoolCase('same, overlapping', [1, 2, 6, 5], same(6, 5, { kernel_shape: [3, 3], strides: [2, 2] })),
  averagePoolCase('same, larger than the image', [1, 2, 2, 3], same(2, 3, { kernel_shape: [5, 4] })),
];

const globalAveragePoolCases: GradientCase[] = [
  [2, 3, 4, 5],
  [1, 1, 1, 1],
  [2, 2, 1, 7],
].map((shape) => ({
  name: `of [${shape}]`,
  dtype: 'float32',
  inputs: [{ shape }],
  build: ([x]) => globalAveragePool(x),
}));

/** Written with other operations, so it has no rule of its own to check. */
export const repeatCases: readonly GradientCase[] = (
  [
    [1, 1],
    [2, 2],
    [3, 1],
    [1, 4],
    [2, 3],
  ] as const
).map((times) => ({
  name: `pixels repeated ${times.join('×')}`,
  dtype: 'float64',
  inputs: [{ shape: [2, 3, 2, 4] }],
  build: ([x]) => repeatPixels(x, times),
}));

function poolCase(name: string, x: Shape, attributes: Window): GradientCase {
  return {
    name,
    dtype: 'float64',
    inputs: [{ shape: x, draw: apart }],
    build: ([input]) => maxPool(input, attributes),
  };
}

const poolCases: GradientCase[] = [
  poolCase('2×2', [2, 2, 4, 6], window({ strides: [2, 2] })),
  poolCase('2×2 of odd sides', [2, 2, 5, 7], window({ strides: [2, 2] })),
  poolCase('3×2', [1, 2, 7, 5], window({ kernel_shape: [3, 2], strides: [3, 2] })),
  poolCase('1×1', [1, 2, 3, 2], window({ kernel_shape: [1, 1] })),
  poolCase('the whole image', [2, 3, 3, 2], window({ kernel_shape: [3, 2], strides: [3, 2] })),
  poolCase('the whole image, in strides of one', [2, 2, 5, 4], window({ kernel_shape: [5, 4] })),
  poolCase('of very many places', [1, 2, 10, 16], window({ kernel_shape: [9, 8], strides: [9, 8] })),
  poolCase('overlapping', [2, 2, 5, 6], window({ kernel_shape: [3, 3], strides: [2, 2] })),
  poolCase('overlapping by all but one', [1, 2, 4, 5], window({ kernel_shape: [2, 3], strides: [1, 1] })),
  poolCase('strides beyond the window', [1, 2, 7, 8], window({ strides: [3, 4] })),
  poolCase('uneven pads', [1, 2, 5, 4], window({ kernel_shape: [3, 3], strides: [2, 1], pads: [1, 0, 2, 1] })),
  poolCase('same', [2, 1, 5, 7], same(5, 7, { strides: [2, 2] })),
  poolCase('same, overlapping', [1, 2, 6, 5], same(6, 5, { kernel_shape: [3, 3], strides: [2, 2] })),
  poolCase('dilations', [1, 2, 6, 7], window({ kernel_shape: [2, 3], dilations: [2, 2] })),
  poolCase('windows in a row, dilated', [1, 1, 6, 6], window({ strides: [2, 2], dilations: [2, 3] })),
];

export const windowCases = {
  AveragePool: averagePoolCases,
  Conv: convCases,
  ConvTranspose: convTransposeCases,
  GlobalAveragePool: globalAveragePoolCases,
  MaxPool: poolCases,
};
