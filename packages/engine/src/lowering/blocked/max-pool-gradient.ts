/**
 * The gradient of max pooling in windows that tile blocked images. The pixels that are the largest of their window are
 * marked by a step function of x − y.
 */
import type { Value } from '../../graph/graph.js';
import { sameShape } from '../../graph/tensor-type.js';
import { blockedConv } from '../../ops/blocked/conv.js';
import { blockedAveragePool, blockedUpsample } from '../../ops/blocked/pool.js';
import { div } from '../../ops/div.js';
import { scalarLike } from '../../ops/elementwise.js';
import { hardSigmoid } from '../../ops/hard-sigmoid.js';
import { mul } from '../../ops/mul.js';
import { reshape } from '../../ops/reshape.js';
import { pad, slice } from '../../ops/slice.js';
import { sub } from '../../ops/sub.js';
import { tiles, type Window } from '../../ops/window.js';
import { attributesOf } from '../attributes.js';
import { PhasedImages } from './phased-images.js';
import type { BlockedContext, BlockedRule } from './rule.js';

const STEEPEST = 3e38;
/** Of a window: their powers of two add up to a float32 without rounding. */
const MOST_PIXELS = 16;

export const blockedMaxPoolGradientRule: BlockedRule = (node, context) => {
  const [x, y, dy] = node.inputs;
  const { places, block } = context;
  const window = attributesOf<Window>(node);
  const [height, width] = window.kernel_shape;
  if (places.native(x) !== 'images' || !tiles(window)) return null;
  // A ReLU takes nothing for its zeros, which are what is equal in its images.
  const next = context.soleUse(node.outputs[0]);
  const isOfRelu = next?.op.type === 'ReluGradient' && next.inputs.includes(x);
  if (!isOfRelu && height * width > MOST_PIXELS) return null;
  const largest = places.images(y);
  const [batch, channels, rows, columns] = largest.shape;
  const shape = [batch, channels, rows * height, columns * width];
  const marks = blockedConv(blockedUpsample(largest, [height, width]), perChannel(context, channels, [-1]), {
    group: channels,
    sum: cropped(places.images(x), shape, block),
    activation: 'HardSigmoid',
    activationParams: [STEEPEST, 1],
  });
  const incoming = places.images(dy);
  const whole = [batch, channels, x.shape[2], x.shape[3]];
  if (isOfRelu) {
    return [{ value: uncropped(inEqualParts(marks, incoming, window), whole, block), layout: 'images' }];
  }
  const phased = new PhasedImages(toFirst(marks, incoming, { window, context }), { rows: height, columns: width });
  return [
    sameShape(shape, whole) ? { phased } : { value: uncropped(phased.whole(block), whole, block), layout: 'images' },
  ];
};

/** Each of several largest pixels takes the same part of dY. */
function inEqualParts(marks: Value, dy: Value, window: Window): Value {
  const [height, width] = window.kernel_shape;
  const counts = mul(blockedAveragePool(marks, window), scalarLike(marks, height * width));
  return mul(marks, blockedUpsample(div(dy, counts), [height, width]));
}

/**
 * The first of several largest pixels takes dY, row by row: its part for each place within the windows. A convolution with
 * powers of two makes one number of the marks of a window: one of the pixels 0 to k is marked where that is at least 2⁻ᵏ.
 */
function toFirst(marks: Value, dy: Value, { window, context }: { window: Window; context: BlockedContext }): Value[] {
  const [height, width] = window.kernel_shape;
  const [, channels] = marks.shape;
  const powers = Array.from({ length: height * width }, (_, pixel) => 2 ** -pixel);
  const codes = blockedConv(marks, perChannel(context, channels, powers, [height, width]), {
    group: channels,
    strides: window.strides,
  });
  const last = powers[powers.length - 1];
  // Codes are multiples of the last power: this is 0 or 1 for all of them.
  const alpha = 4 / last;
  let rest = dy;
  const parts = powers.slice(0, -1).map((power) => {
    const isTaken = hardSigmoid(codes, { alpha, beta: -alpha * (power - last / 2) });
    const part = mul(rest, isTaken);
    rest = sub(rest, part);
    return part;
  });
  return [...parts, rest];
}

/** Weights of a depthwise convolution, the same for each channel, by pixel. */
function perChannel(
  context: BlockedContext,
  channels: number,
  values: readonly number[],
  [height, width]: readonly [number, number] = [1, 1],
): Value {
  const pixels = values.length;
  return context.constant(`each channel ${channels} ${height} ${values}`, () =>
    context.target.constant(
      'float32',
      [channels, 1, height, width],
      Float32Array.from({ length: channels * pixels }, (_, i) => values[Math.floor(i / context.block) % pixels]),
    ),
  );
}

/** Only rows and columns at the end are left out. */
function cropped(images: Value, shape: readonly number[], block: number): Value {
  const [batch, channels, height, width] = images.shape;
  if (height === shape[2] && width === shape[3]) return images;
  const rows = reshape(images, [(batch * channels) / block, height, width * block]);
  const part = slice(rows, { starts: [0, 0], ends: [shape[2], shape[3] * block], axes: [1, 2], steps: [1, 1] });
  return reshape(part, shape);
}

function uncropped(images: Value, shape: readonly number[], block: number): Value {
  if (sameShape(images.shape, shape)) return images;
  const [batch, channels, height, width] = images.shape;
  const rows = reshape(images, [(batch * channels) / block, height, width * block]);
  return reshape(pad(rows, [0, 0, 0], [0, shape[2] - height, (shape[3] - width) * block]), shape);
}
