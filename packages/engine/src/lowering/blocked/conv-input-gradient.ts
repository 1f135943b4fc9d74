/**
 * The gradient of a convolution's input: a convolution of dY with the weights turned around. With strides, each phase of
 * dX (the pixels whose row and column leave the same remainder) is a convolution of its own, with those taps that reach
 * it; the phases are put together by interleaving rows.
 */
import type { Value } from '../../graph/graph.js';
import { sizeOf } from '../../graph/tensor-type.js';
import { reorderInput, roundUp } from '../../ops/blocked/reorder.js';
import { concat } from '../../ops/concat.js';
import type { ConvGradientAttributes } from '../../ops/conv.js';
import { reshape } from '../../ops/reshape.js';
import { slice } from '../../ops/slice.js';
import { attributesOf } from '../attributes.js';
import { followers, settle } from './conv.js';
import { type KernelLayout, paddedChannels } from './kernel-layout.js';
import { convOfImages } from './narrow-images.js';
import { takeRows } from './rows.js';
import type { BlockedContext, BlockedRule } from './rule.js';
import { sideBySide } from './side-by-side.js';

/** Taps of the kernel along one axis that reach a phase, in the order of dY's pixels, with their offsets. */
interface Taps {
  readonly taps: readonly number[];
  /** Of dY, before the first and after the last pixel that the phase needs. */
  readonly pads: readonly [number, number];
  /** Pixels of dX in the phase. */
  readonly side: number;
}

export const blockedConvInputGradientRule: BlockedRule = (node, context) => {
  const [dy, w] = node.inputs;
  const layout = context.kernelLayout(w);
  if (!layout || layout.kind === 'raw') return null;
  const { shape, strides, pads, dilations, kernel_shape } = attributesOf<ConvGradientAttributes>(node);
  if (dilations.some((dilation, axis) => dilation > 1 && strides[axis] > 1)) return null;
  const axes = ([0, 1] as const).map((axis) =>
    phasesOf({
      side: shape[axis + 2],
      output: dy.shape[axis + 2],
      kernel: kernel_shape[axis],
      stride: strides[axis],
      dilation: dilations[axis],
      pad: pads[axis],
    }),
  );
  const [rows, columns] = axes;
  // A phase that needs no pad less than none; the portable rule has no such limits.
  if ([...rows, ...columns].some(({ pads: [before, after], taps }) => taps.length > 0 && (before < 0 || after < 0))) {
    return null;
  }
  const phases = rows.flatMap((row) => columns.map((column) => ({ row, column })));
  const live = phases.filter(({ row, column }) => row.taps.length > 0 && column.taps.length > 0);
  if (live.length === 0) return null;
  const weights = turnedWeights(
    context.places.stored(w, layout),
    live.map(({ row, column }) => [row.taps, column.taps]),
    { layout, width: kernel_shape[1], context },
  );
  const incoming = context.places.images(dy);
  const channels = roundUp(shape[1], context.block);
  const group = layout.kind === 'depthwise' ? channels : 1;
  const isWhole = phases.length === 1;
  const { sum, last } = isWhole ? followersOfGradient(node, context) : { sum: null, last: [] };
  const parts = new Map(
    live.map(({ row, column }, i) => {
      const pads = [row.pads[0], column.pads[0], row.pads[1], column.pads[1]] as const;
      const part = convOfImages(incoming, weights[i], { pads, dilations, group, sum }, context);
      return [rows.indexOf(row) * columns.length + columns.indexOf(column), part];
    }),
  );
  const value = isWhole
    ? (parts.get(0) ?? incoming)
    : interleaved(parts, { rows, columns, shape: [shape[0], channels, shape[2], shape[3]], context });
  return settle(node, last, { value, layout: 'images' }, context);
};

/** Gradients are added up, but never go through a ReLU. */
function followersOfGradient(...of: Parameters<typeof followers>): Pick<ReturnType<typeof followers>, 'sum' | 'last'> {
  const { sum, last } = followers(...of);
  return sum ? { sum, last: last.slice(0, 1) } : { sum: null, last: [] };
}

function phasesOf(of: {
  side: number;
  output: number;
  kernel: number;
  stride: number;
  dilation: number;
  pad: number;
}): Taps[] {
  const { side, output, kernel, stride, dilation, pad } = of;
  return Array.from({ length: stride }, (_, phase) => {
    const pixels = Math.ceil((side - phase) / stride);
    // dX[stride·i + phase] takes dY[i + (phase + pad − dilation·tap) / stride].
    const reaching = Array.from({ length: kernel }, (__, i) => kernel - 1 - i).filter(
      (tap) => (((phase + pad - dilation * tap) % stride) + stride) % stride === 0,
    );
    if (reaching.length === 0 || pixels === 0) return { taps: [], pads: [0, 0], side: pixels };
    const offset = (tap: number) => (phase + pad - dilation * tap) / stride;
    const first = offset(reaching[0]);
    const lastOffset = offset(reaching[reaching.length - 1]);
    return { taps: reaching, pads: [-first, pixels - 1 + lastOffset - (output - 1)], side: pixels };
  });
}

/**
 * Of each phase the weights of a convolution from O to C: the taps that it has, each b×b block transposed. One gather and
 * one ReorderInput, which transposes blocks fast, serve all phases.
 */
function turnedWeights(
  stored: Value,
  phases: readonly (readonly [readonly number[], readonly number[]])[],
  { layout, width, context }: { layout: KernelLayout; width: number; context: BlockedContext },
): Value[] {
  const { block } = context;
  const [outputs, inputs] = paddedChannels(layout);
  const isDepthwise = layout.kind === 'depthwise';
  const outputBlocks = outputs / block;
  const inputBlocks = isDepthwise ? 1 : inputs / block;
  const places = layout.shape[2] * width;
  const rowsOf = ([rows, columns]: readonly [readonly number[], readonly number[]]) =>
    Array.from({ length: inputBlocks * outputBlocks }, (_, pair) =>
      rows.flatMap((row) => columns.map((column) => pair * places + row * width + column)),
    ).flat();
  const counts = phases.map(([rows, columns]) => inputBlocks * outputBlocks * rows.length * columns.length);
  const taken = takeRows(stored, isDepthwise ? block : block * block, {
    key: `turned ${layout.kind} ${layout.shape} ${JSON.stringify(phases)}`,
    indices: () => Int32Array.from(phases.flatMap(rowsOf)),
    context,
  });
  const turned = isDepthwise
    ? taken
    : reshape(reorderInput(reshape(taken, [taken.shape[0], block, block, 1]), block), taken.shape);
  let start = 0;
  return phases.map(([rows, columns], i) => {
    const end = start + counts[i];
    const part = phases.length === 1 ? turned : slice(turned, { starts: [start], ends: [end], axes: [0], steps: [1] });
    start = end;
    const shape = isDepthwise ? [outputs, 1] : [inputs, outputs];
    return reshape(part, [...shape, rows.length, columns.length]);
  });
}

/** Phases of equal size are interleaved by two concatenations; others by the numbers of their rows. */
function interleaved(
  parts: ReadonlyMap<number, Value>,
  of: { rows: readonly Taps[]; columns: readonly Taps[]; shape: readonly number[]; context: BlockedContext },
): Value {
  const { rows, columns, shape, context } = of;
  const { block, target } = context;
  const [batch, channels, height, width] = shape;
  const images = (batch * channels) / block;
  const isEven = height % rows.length === 0 && width % columns.length === 0;
  const all = rows.flatMap((_, row) => columns.map((__, column) => parts.get(row * columns.length + column)));
  const whole = all.filter((part) => part !== undefined);
  if (isEven && whole.length === all.length) {
    return sideBySide(whole, { rows: rows.length, columns: columns.length, block });
  }
  const starts: number[] = [];
  const pieces: Value[] = [];
  let start = 0;
  for (const part of all) {
    starts.push(part ? start : -1);
    if (!part) continue;
    const count = sizeOf(part.shape) / block;
    pieces.push(reshape(part, [count, block]));
    start += count;
  }
  const zero = start;
  pieces.push(context.constant('zero row', () => target.constant('float32', [1, block], new Float32Array(block))));
  const joined = concat(pieces, 0);
  const taken = takeRows(joined, block, {
    key: `interleaved ${shape} ${rows.map((r) => r.side)} ${columns.map((c) => c.side)} ${starts}`,
    indices: () => {
      const indices = new Int32Array(images * height * width);
      let place = 0;
      for (let image = 0; image < images; image++) {
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++) {
            const [row, column] = [y % rows.length, x % columns.length];
            const first = starts[row * columns.length + column];
            const inPhase =
              (image * rows[row].side + Math.floor(y / rows.length)) * columns[column].side +
              Math.floor(x / columns.length);
            indices[place++] = first < 0 ? zero : first + inPhase;
          }
        }
      }
      return indices;
    },
    context,
  });
  return reshape(taken, shape);
}
