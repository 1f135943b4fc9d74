/** Pooling of blocked images, and its gradients. */
import type { Value } from '../../graph/graph.js';
import { blockedConv } from '../../ops/blocked/conv.js';
import {
  blockedAveragePool,
  blockedGlobalAveragePool,
  blockedMaxPool,
  blockedUpsample,
} from '../../ops/blocked/pool.js';
import { div } from '../../ops/div.js';
import { scalarLike } from '../../ops/elementwise.js';
import { mul } from '../../ops/mul.js';
import { reshape } from '../../ops/reshape.js';
import { pad, slice } from '../../ops/slice.js';
import { tiles, type Window } from '../../ops/window.js';
import { attributesOf } from '../attributes.js';
import type { BlockedRule } from './rule.js';

const STEEPEST = 3e38;
/** What a pixel that is the largest of its window is marked with. */
const MARK = 0.25;

export const blockedMaxPoolRule: BlockedRule = (node, { places }) => {
  const [x] = node.inputs;
  if (places.native(x) !== 'images') return null;
  return [{ value: blockedMaxPool(places.images(x), attributesOf<Window>(node)), layout: 'images' }];
};

/**
 * Windows that tile the images: dY goes to the largest pixel of its window, in equal parts where several are equal. The
 * pixels are marked by a step function of x − y, counted by an average, and stretched back.
 */
export const blockedMaxPoolGradientRule: BlockedRule = (node, context) => {
  const [x, y, dy] = node.inputs;
  const { places, target, block } = context;
  const window = attributesOf<Window>(node);
  if (places.native(x) !== 'images' || !tiles(window)) return null;
  const [height, width] = window.kernel_shape;
  const largest = places.images(y);
  const [batch, channels, rows, columns] = largest.shape;
  const shape = [batch, channels, rows * height, columns * width];
  const minusOnes = context.constant(`minus ones ${channels}`, () =>
    target.constant('float32', [channels, 1, 1, 1], new Float32Array(channels).fill(-1)),
  );
  const marks = blockedConv(blockedUpsample(largest, [height, width]), minusOnes, {
    group: channels,
    sum: cropped(places.images(x), shape, block),
    activation: 'HardSigmoid',
    activationParams: [STEEPEST, MARK],
  });
  const counts = mul(blockedAveragePool(marks, window), scalarLike(marks, height * width));
  const parts = mul(marks, blockedUpsample(div(places.images(dy), counts), [height, width]));
  return [{ value: uncropped(parts, [batch, channels, x.shape[2], x.shape[3]], block), layout: 'images' }];
};

/** Only rows and columns at the end are left out. */
function cropped(images: Value, shape: readonly number[], block: number): Value {
  const [batch, channels, height, width] = images.shape;
  if (height === shape[2] && width === shape[3]) return images;
  const rows = reshape(images, [(batch * channels) / block, height, width * block]);
  const part = slice(rows, { starts: [0, 0], ends: [shape[2], shape[3] * block], axes: [1, 2], steps: [1, 1] });
  return reshape(part, shape);
}

function uncropped(images: Value, shape: readonly number[], block: number): Value {
  const [batch, channels, height, width] = images.shape;
  if (height === shape[2] && width === shape[3]) return images;
  const rows = reshape(images, [(batch * channels) / block, height, width * block]);
  return reshape(pad(rows, [0, 0, 0], [0, shape[2] - height, (shape[3] - width) * block]), shape);
}

export const blockedAveragePoolRule: BlockedRule = (node, { places }) => {
  const [x] = node.inputs;
  const window = attributesOf<Window>(node);
  if (places.native(x) !== 'images' || window.pads.some((count) => count > 0)) return null;
  return [{ value: blockedAveragePool(places.images(x), window), layout: 'images' }];
};

/** [N, C, 1, 1] is the same in blocks and plain. */
export const blockedGlobalAveragePoolRule: BlockedRule = (node, { places }) => {
  const [x] = node.inputs;
  if (places.native(x) !== 'images') return null;
  const means = blockedGlobalAveragePool(places.images(x));
  const value = places.isWhole(x) ? means : slice(means, { starts: [0], ends: [x.shape[1]], axes: [1], steps: [1] });
  return [{ value, layout: 'plain' }];
};
