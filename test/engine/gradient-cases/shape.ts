// Operations that move or stretch numbers.
import type { Shape } from '../../../packages/engine/src/graph/tensor-type.js';
import { concat } from '../../../packages/engine/src/ops/concat.js';
import { expand } from '../../../packages/engine/src/ops/expand.js';
import { reshape } from '../../../packages/engine/src/ops/reshape.js';
import { pad, type SliceAttributes, slice } from '../../../packages/engine/src/ops/slice.js';
import { transpose } from '../../../packages/engine/src/ops/transpose.js';
import type { GradientCase } from '../gradient-harness.js';

const EXPANSIONS: readonly (readonly [Shape, Shape])[] = [
  [[3], [2, 3]],
  [
    [2, 1],
    [2, 3],
  ],
  [[], [2, 3]],
  [
    [1, 3, 1],
    [2, 3, 4],
  ],
];

const RESHAPES: readonly (readonly [Shape, Shape])[] = [
  [
    [2, 3, 2],
    [3, 4],
  ],
  [
    [2, 3, 2],
    [0, 6],
  ],
  [[6], [1, 6, 1]],
  [[1, 1], []],
  [[], [1, 1]],
];

const PERMUTATIONS: readonly (readonly [Shape, readonly number[]])[] = [
  [
    [2, 3],
    [1, 0],
  ],
  [
    [2, 3, 4],
    [1, 2, 0],
  ],
  [
    [2, 3, 2, 2],
    [0, 3, 1, 2],
  ],
];

const JOINED: readonly (readonly [readonly Shape[], number])[] = [
  [[[2], [3]], 0],
  [
    [
      [2, 1, 3],
      [2, 4, 3],
      [2, 2, 3],
    ],
    1,
  ],
  [
    [
      [1, 2, 2, 3],
      [1, 2, 2, 1],
    ],
    3,
  ],
];

const BORDERS: readonly (readonly [Shape, readonly number[], readonly number[]])[] = [
  [[4], [1], [2]],
  [
    [2, 3],
    [0, 2],
    [0, 0],
  ],
  [
    [2, 3],
    [1, 0],
    [0, 3],
  ],
  [
    [1, 2, 3, 4],
    [0, 0, 1, 0],
    [0, 0, 2, 3],
  ],
];

const PARTS: readonly (readonly [Shape, SliceAttributes])[] = [
  [[5], { starts: [1], ends: [4], axes: [0], steps: [1] }],
  [[2, 6], { starts: [0], ends: [6], axes: [1], steps: [2] }],
  [[7], { starts: [1], ends: [7], axes: [0], steps: [3] }],
  [[8], { starts: [0], ends: [8], axes: [0], steps: [5] }],
  [[6, 2], { starts: [2], ends: [3], axes: [0], steps: [4] }],
  [[1, 2, 5, 7], { starts: [1, 0], ends: [5, 6], axes: [2, 3], steps: [2, 3] }],
  [[2, 5, 4], { starts: [3, 1], ends: [4, 5], axes: [2, 1], steps: [1, 2] }],
];

const expandCases: GradientCase[] = EXPANSIONS.map(([from, to]) => ({
  name: `[${from}] to [${to}]`,
  dtype: 'float64',
  inputs: [{ shape: from }],
  build: ([x]) => expand(x, to),
}));

const reshapeCases: GradientCase[] = RESHAPES.map(([from, to]) => ({
  name: `[${from}] to [${to}]`,
  dtype: 'float64',
  inputs: [{ shape: from }],
  build: ([x]) => reshape(x, to),
}));

const transposeCases: GradientCase[] = PERMUTATIONS.map(([shape, perm]) => ({
  name: `of [${shape}] by [${perm}]`,
  dtype: 'float64',
  inputs: [{ shape }],
  build: ([x]) => transpose(x, perm),
}));

const concatCases: GradientCase[] = JOINED.map(([shapes, axis]) => ({
  name: `of ${shapes.map((shape) => `[${shape}]`).join(' and ')} along axis ${axis}`,
  dtype: 'float64',
  inputs: shapes.map((shape) => ({ shape })),
  build: (parts) => concat(parts, axis),
}));

const padCases: GradientCase[] = BORDERS.map(([shape, before, after]) => ({
  name: `of [${shape}] with [${before}] before and [${after}] after`,
  dtype: 'float64',
  inputs: [{ shape }],
  build: ([x]) => pad(x, before, after),
}));

const sliceCases: GradientCase[] = PARTS.map(([shape, part]) => ({
  name: `of [${shape}] from [${part.starts}] to [${part.ends}] of axes [${part.axes}] in steps [${part.steps}]`,
  dtype: 'float64',
  inputs: [{ shape }],
  build: ([x]) => slice(x, part),
}));

export const shapeCases = {
  Concat: concatCases,
  Expand: expandCases,
  Pad: padCases,
  Reshape: reshapeCases,
  Slice: sliceCases,
  Transpose: transposeCases,
};
