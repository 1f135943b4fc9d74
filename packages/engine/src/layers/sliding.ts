/** Windows that slide over an image, from Keras' arguments: shared by convolution and pooling. */
import type { Value } from '../graph/graph.js';
import { extent, kerasPads, type Window, windowOutput } from '../ops/window.js';
import { type PairArgument, toPair } from './arguments.js';
import { type ForwardContext, type ImageShape, LayerError, type PixelExtent } from './layer.js';

export interface SlidingArguments {
  readonly size: PairArgument;
  readonly strides: PairArgument;
  readonly dilation?: PairArgument;
  readonly padding: 'valid' | 'same';
}

export function slidingWindow(
  { size, strides, dilation = 1, padding }: SlidingArguments,
  height: number,
  width: number,
): Window {
  const open = { kernel_shape: toPair(size), strides: toPair(strides), dilations: toPair(dilation) };
  return { ...open, pads: kerasPads(padding, [height, width], open) };
}

/** The rows and columns that the windows of a part of the output lie on. */
export function pixelsUnder(window: Window, wanted: PixelExtent, { height, width }: ImageShape): PixelExtent {
  const needed = (count: number, axis: 0 | 1) =>
    (count - 1) * window.strides[axis] + extent(window, axis) - window.pads[axis];
  return { height: Math.min(needed(wanted.height, 0), height), width: Math.min(needed(wanted.width, 1), width) };
}

/** The window of a whole input over that part of it which there is: pads at the end reach no further than is wanted. */
export function windowOverPart(window: Window, wanted: PixelExtent, part: PixelExtent): Window {
  const [top, left] = window.pads;
  const after = (count: number, side: number, axis: 0 | 1) =>
    Math.max((count - 1) * window.strides[axis] + extent(window, axis) - window.pads[axis] - side, 0);
  return {
    ...window,
    pads: [top, left, after(wanted.height, part.height, 0), after(wanted.width, part.width, 1)],
  };
}

/** The window of a layer over x, where x may be a part of what the layer planned for. */
export function windowOver(
  x: Value,
  windowOf: (height: number, width: number) => Window,
  { wanted, inputs: [input] }: Pick<ForwardContext, 'wanted' | 'inputs'>,
): Window {
  const [, , height, width] = x.shape;
  if (!wanted || input.kind !== 'image') return windowOf(height, width);
  return windowOverPart(windowOf(input.height, input.width), wanted, { height, width });
}

/** Height and width of the output. Throws a `LayerError` about `argument` when the window is larger than the image. */
export function slide(
  argument: string,
  window: Window,
  { height, width, channels }: ImageShape,
): { height: number; width: number } {
  const padded = [height + window.pads[0] + window.pads[2], width + window.pads[1] + window.pads[3]];
  const reach = [extent(window, 0), extent(window, 1)];
  if (reach[0] > padded[0] || reach[1] > padded[1]) {
    throw new LayerError(
      argument,
      `expected at most the size of the input, ${height}×${width}; received ${reach[0]}×${reach[1]}. ` +
        'Use a smaller size, padding "same", or fewer layers that shrink the image before this one',
    );
  }
  const [outputHeight, outputWidth] = windowOutput(argument, [1, channels, height, width], window);
  return { height: outputHeight, width: outputWidth };
}

/** Keras takes strides or dilations above 1, not both. Throws a `LayerError` about `dilation_rate`. */
export function refuseStridesWithDilation(args: { strides: PairArgument; dilation_rate: PairArgument }): void {
  const strides = toPair(args.strides);
  const dilations = toPair(args.dilation_rate);
  if (Math.max(...strides) > 1 && Math.max(...dilations) > 1) {
    throw new LayerError(
      'dilation_rate',
      `expected 1 where strides are above 1; received ${dilations.join('×')} with strides ${strides.join('×')}. ` +
        'Set one of the two to 1',
    );
  }
}
