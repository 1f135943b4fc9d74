/** Windows that slide over an image, from Keras' arguments: shared by convolution and pooling. */
import { extent, kerasPads, type Window, windowOutput } from '../ops/window.js';
import { type PairArgument, toPair } from './arguments.js';
import { type FeatureShape, LayerError } from './layer.js';

export interface SlidingArguments {
  readonly size: PairArgument;
  readonly strides: PairArgument;
  readonly padding: 'valid' | 'same';
}

export function slidingWindow({ size, strides, padding }: SlidingArguments, height: number, width: number): Window {
  const open = { kernel_shape: toPair(size), strides: toPair(strides), dilations: [1, 1] as const };
  return { ...open, pads: kerasPads(padding, [height, width], open) };
}

/** Height and width of the output. Throws a `LayerError` about `argument` when the window is larger than the image. */
export function slide(
  argument: string,
  window: Window,
  { height, width, channels }: Extract<FeatureShape, { kind: 'image' }>,
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
