// Operations on images of few and of many channels, for which the blocked lowering has rules: what it gives is compared
// with what the portable one gives.
import type { Value } from '../../packages/engine/src/graph/graph.js';
import { type Shape, sizeOf } from '../../packages/engine/src/graph/tensor-type.js';
import { abs } from '../../packages/engine/src/ops/abs.js';
import { add } from '../../packages/engine/src/ops/add.js';
import { averagePool } from '../../packages/engine/src/ops/average-pool.js';
import { batchNormalization } from '../../packages/engine/src/ops/batch-normalization.js';
import { clip } from '../../packages/engine/src/ops/clip.js';
import { concat } from '../../packages/engine/src/ops/concat.js';
import { conv } from '../../packages/engine/src/ops/conv.js';
import { div } from '../../packages/engine/src/ops/div.js';
import { scalarLike } from '../../packages/engine/src/ops/elementwise.js';
import { elu } from '../../packages/engine/src/ops/elu.js';
import { equal } from '../../packages/engine/src/ops/equal.js';
import { erf } from '../../packages/engine/src/ops/erf.js';
import { exp } from '../../packages/engine/src/ops/exp.js';
import { globalAveragePool } from '../../packages/engine/src/ops/global-average-pool.js';
import { greater } from '../../packages/engine/src/ops/greater.js';
import { hardSigmoid } from '../../packages/engine/src/ops/hard-sigmoid.js';
import { leakyRelu } from '../../packages/engine/src/ops/leaky-relu.js';
import { log } from '../../packages/engine/src/ops/log.js';
import { max } from '../../packages/engine/src/ops/max.js';
import { maxPool } from '../../packages/engine/src/ops/max-pool.js';
import { min } from '../../packages/engine/src/ops/min.js';
import { mul } from '../../packages/engine/src/ops/mul.js';
import { neg } from '../../packages/engine/src/ops/neg.js';
import { pow } from '../../packages/engine/src/ops/pow.js';
import { reduceSum } from '../../packages/engine/src/ops/reduce-sum.js';
import { relu } from '../../packages/engine/src/ops/relu.js';
import { repeatPixels } from '../../packages/engine/src/ops/repeat-pixels.js';
import { selu } from '../../packages/engine/src/ops/selu.js';
import { sigmoid } from '../../packages/engine/src/ops/sigmoid.js';
import { softplus } from '../../packages/engine/src/ops/softplus.js';
import { sqrt } from '../../packages/engine/src/ops/sqrt.js';
import { sub } from '../../packages/engine/src/ops/sub.js';
import { tanh } from '../../packages/engine/src/ops/tanh.js';
import { where } from '../../packages/engine/src/ops/where.js';
import { extent, type Window, windowOutput } from '../../packages/engine/src/ops/window.js';
import { Dice } from './dice.js';
import { type GradientCase, throughBlocks } from './gradient-harness.js';
import { anyNumbers, apart, awayFromZero, type Draw, evenSteps, positive } from './numbers.js';

const WINDOWS = 120;
/** Below, at, beside and above blocks of 8 and 16. */
const CHANNELS = [1, 3, 5, 8, 16, 17, 20, 32, 48];
const BATCHES = [1, 2, 3, 7, 16, 17, 32, 33];
const SHAPES: readonly Shape[] = [
  [2, 32, 3, 4],
  [3, 20, 2, 3],
  [1, 1, 1, 1],
];
const UNIT = { kernel_shape: [1, 1], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0] } as const;

function pair(draw: () => number): [number, number] {
  return [draw(), draw()];
}

function groupsOf(channels: number, dice: Dice): { group: number; filters: number } {
  const kind = dice.one(['one', 'one', 'one', 'depthwise', 'multiplied', 'two']);
  if (kind === 'depthwise') return { group: channels, filters: channels };
  if (kind === 'multiplied') return { group: channels, filters: 2 * channels };
  if (kind === 'two' && channels % 2 === 0) return { group: 2, filters: 2 * dice.one([3, 8, 16]) };
  return { group: 1, filters: dice.one(CHANNELS) };
}

/** Strides and dilations of up to 4 and 3, pads beyond the kernel, kernels larger than the image. */
function windowCase(seed: number): GradientCase {
  const dice = new Dice(seed);
  const op = dice.one(['conv', 'conv', 'conv', 'max pool', 'average pool']);
  const isConv = op === 'conv';
  const kernel_shape = pair(() => dice.between(1, 5));
  const strides = dice.chance(0.2) ? kernel_shape : pair(() => dice.between(1, 4));
  const dilations = pair(() => (op !== 'average pool' && dice.chance(0.25) ? dice.between(2, 3) : 1));
  const far = isConv && dice.chance(0.3);
  const pad = (axis: 0 | 1) => (dice.chance(0.5) ? dice.between(0, far ? 6 : kernel_shape[axis] - 1) : 0);
  const window: Window = { kernel_shape, strides, dilations, pads: [pad(0), pad(1), pad(0), pad(1)] };
  const channels = dice.one(CHANNELS);
  const side = (axis: 0 | 1) =>
    Math.max(extent(window, axis) - window.pads[axis] - window.pads[axis + 2], 1) + dice.between(0, 6);
  const shape = [dice.one(BATCHES), channels, side(0), side(1)];
  const { group, filters } = groupsOf(channels, dice);
  const placed = dice.chance(0.6) ? throughBlocks : (x: Value) => x;
  const weights = [{ shape: [filters, channels / group, ...kernel_shape] }, { shape: [filters] }];
  return {
    name: `${seed}: ${op} ${JSON.stringify({ shape, ...(isConv ? { filters, group } : {}), ...window })}`,
    dtype: 'float32',
    inputs: [{ shape, ...(op === 'max pool' ? { draw: apart } : {}) }, ...(isConv ? weights : [])],
    build([x, w, b]) {
      if (isConv) return placed(conv(placed(x), w, b, { ...window, group }));
      return placed(op === 'max pool' ? maxPool(placed(x), window) : averagePool(placed(x), window));
    },
  };
}

/** Elementwise operations on one or two images, between convolutions. */
const ELEMENTWISE: Readonly<Record<string, { apply: (a: Value, b: Value) => Value; first?: Draw; second?: Draw }>> = {
  Abs: { apply: abs, first: awayFromZero },
  Add: { apply: add },
  Clip: { apply: (a) => clip(a, { min: -1, max: 0.7 }) },
  Div: { apply: div, second: positive },
  'Div by a scalar': { apply: (a) => div(a, scalarLike(a, 3)) },
  Elu: { apply: (a) => elu(a, 0.5), first: awayFromZero },
  Equal: {
    apply: (a, b) => mul(where(equal(a, b), filled(a, 2), filled(a, 3)), a),
    first: evenSteps,
    second: evenSteps,
  },
  Erf: { apply: erf },
  Exp: { apply: exp },
  Greater: { apply: (a, b) => mul(where(greater(a, b), filled(a, 2), filled(a, 3)), a) },
  'Where of both': { apply: (a, b) => where(greater(a, b), mul(a, b), b) },
  HardSigmoid: { apply: (a) => hardSigmoid(a, { alpha: 0.3, beta: 0.5 }) },
  LeakyRelu: { apply: (a) => leakyRelu(a, 0.2), first: awayFromZero },
  Log: { apply: log, first: positive },
  Max: { apply: max },
  Min: { apply: min },
  Mul: { apply: mul },
  Neg: { apply: (a) => neg(a) },
  Pow: { apply: (a) => pow(a, scalarLike(a, 3)) },
  Relu: { apply: relu, first: awayFromZero },
  Selu: { apply: selu, first: awayFromZero },
  Sigmoid: { apply: sigmoid },
  Softplus: { apply: softplus },
  Sqrt: { apply: sqrt, first: positive },
  Sub: { apply: sub },
  'Sub from a scalar': { apply: (a) => sub(scalarLike(a, 2), a) },
  Tanh: { apply: tanh },
};

/** A choice between constants: its gradient has no use for the condition. */
function filled({ graph, shape }: Value, number: number): Value {
  return graph.constant('float32', shape, new Float32Array(sizeOf(shape)).fill(number));
}

const elementwiseCases = Object.entries(ELEMENTWISE).flatMap(
  ([name, { apply, first = anyNumbers, second = anyNumbers }]) =>
    SHAPES.map(
      (shape): GradientCase => ({
        name: `${name} of [${shape}]`,
        dtype: 'float32',
        inputs: [
          { shape, draw: first },
          { shape, draw: second },
        ],
        build: ([a, b]) => throughBlocks(apply(throughBlocks(a), throughBlocks(b))),
      }),
    ),
);

const normalizations = SHAPES.flatMap(([, channels]) =>
  [undefined, [1, 0, 1, 1, 0]].map(
    (rows): GradientCase => ({
      name: `batch normalisation of ${channels} channels${rows ? `, rows ${rows.join('')}` : ''}`,
      dtype: 'float32',
      inputs: [
        { shape: [5, channels, 3, 2] },
        { shape: [channels], draw: positive },
        { shape: [channels] },
        { shape: [5, channels, 3, 2] },
      ],
      build([x, scale, bias, other]) {
        const weights = rows ? x.graph.constant('float32', [5], Float32Array.from(rows)) : null;
        const { y } = batchNormalization(throughBlocks(x), scale, bias, weights, { epsilon: 1e-3 });
        return throughBlocks(relu(add(y, throughBlocks(other))));
      },
    }),
  ),
);

/** Graphs in which layouts meet. `x` and `z` are images alike, `w` and `v` weights that keep their channels. */
const MEETINGS: Readonly<Record<string, (of: { x: Value; z: Value; w: Value; v: Value }) => Value>> = {
  'a sum and a ReLU after a convolution': ({ x, z, w }) => relu(add(throughBlocks(z), conv(x, w, null, SAME))),
  'a sum of blocked and plain images': ({ x, z, w }) => relu(add(conv(x, w, null, SAME), z)),
  'a convolution added to itself': ({ x, w }) => twice(conv(x, w, null, SAME)),
  'a convolution used three times': ({ x, w }) => {
    const y = conv(x, w, null, SAME);
    return add(relu(y), mul(tanh(y), y));
  },
  'two convolutions of one image': ({ x, w, v }) => mul(conv(x, w, null, SAME), tanh(conv(x, v, null, SAME))),
  'weights that two convolutions share': ({ x, w }) => conv(tanh(conv(x, w, null, SAME)), w, null, SAME),
  'weights that are used for something else, too': ({ x, w }) =>
    mul(conv(x, w, null, SAME), reduceSum(tanh(w), [0, 1, 2, 3])),
  'channels side by side': ({ x, z, w, v }) =>
    throughBlocks(concat([conv(x, w, null, SAME), throughBlocks(z), conv(z, v, null, SAME)], 1)),
  'repeated pixels': ({ x, w }) => throughBlocks(repeatPixels(conv(x, w, null, SAME), [2, 3])),
  'global average pooling': ({ x, w }) => tanh(globalAveragePool(relu(conv(x, w, null, SAME)))),
  'a gradient through the choice of the larger': ({ x, z, w, v }) =>
    max(conv(x, w, null, SAME), conv(z, v, null, SAME)),
  'a ReLU before a pool': ({ x, w }) =>
    maxPool(relu(conv(x, w, null, SAME)), { ...UNIT, kernel_shape: [2, 2], strides: [2, 2] }),
};
const SAME = { ...UNIT, kernel_shape: [3, 3], pads: [1, 1, 1, 1], group: 1 } as const;

function twice(x: Value): Value {
  return add(x, x);
}

const meetings = Object.entries(MEETINGS).flatMap(([name, build]) =>
  [1, 3, 20, 32].map((channels): GradientCase => {
    const image = { shape: [3, channels, 5, 4] };
    const weights = { shape: [channels, channels, 3, 3] };
    return {
      name: `${name}, ${channels} channels`,
      dtype: 'float32',
      inputs: [image, image, weights, weights],
      build: ([x, z, w, v]) => build({ x, z, w, v }),
    };
  }),
);

/** Few columns and many weights: a batch of these is convolved as one wide image. */
const NARROW: readonly { shape: Shape; filters: number; window: Pick<Window, 'kernel_shape' | 'pads'> }[] = [
  { shape: [5, 64, 2, 2], filters: 20, window: SAME },
  { shape: [3, 100, 4, 3], filters: 64, window: SAME },
  { shape: [4, 64, 3, 4], filters: 16, window: { kernel_shape: [3, 3], pads: [0, 0, 0, 0] } },
  { shape: [2, 64, 5, 5], filters: 17, window: { kernel_shape: [5, 5], pads: [2, 2, 2, 2] } },
  { shape: [3, 128, 3, 2], filters: 32, window: { kernel_shape: [2, 3], pads: [0, 2, 1, 1] } },
  { shape: [3, 128, 3, 2], filters: 32, window: { kernel_shape: [3, 3], pads: [1, 0, 1, 2] } },
  { shape: [2, 784, 1, 1], filters: 16, window: { kernel_shape: [1, 1], pads: [1, 1, 1, 1] } },
];

const narrow = NARROW.flatMap(({ shape, filters, window }) =>
  [false, true].map((isResidual): GradientCase => {
    const [batch, channels] = shape;
    const attributes = { ...UNIT, ...window, group: 1 };
    const [height, width] = windowOutput('Conv', shape, attributes);
    return {
      name: `narrow images [${shape}] to ${filters}, pads ${window.pads}${isResidual ? ', added to others' : ''}`,
      dtype: 'float32',
      inputs: [
        { shape },
        { shape: [filters, channels, ...window.kernel_shape] },
        { shape: [filters] },
        { shape: [batch, filters, height, width] },
      ],
      build([x, w, b, other]) {
        // In blocks before the convolution is computed, so that this can add them at once.
        const others = throughBlocks(other);
        const y = conv(throughBlocks(x), w, b, attributes);
        return throughBlocks(isResidual ? relu(add(others, y)) : y);
      },
    };
  }),
);

export const blockedCases: readonly GradientCase[] = [
  ...Array.from({ length: WINDOWS }, (_, seed) => windowCase(seed)),
  ...elementwiseCases,
  ...normalizations,
  ...meetings,
  ...narrow,
];
