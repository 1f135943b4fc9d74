/** The pixels of X that a convolution's kernel meets, sorted by the place of the kernel that met them. */
import type { Value } from '../../graph/graph.js';
import { pad, slice } from '../../ops/slice.js';
import type { Window } from '../../ops/window.js';

/** For each place of the kernel, row by row: [N, C, OH, OW], the pixel that each output saw there. */
export function pixelsByPlace(x: Value, window: Window, [height, width]: readonly [number, number]): Value[] {
  const { kernel_shape, strides, dilations, pads } = window;
  const padded = pad(x, [0, 0, pads[0], pads[1]], [0, 0, pads[2], pads[3]]);
  const places: Value[] = [];
  for (let row = 0; row < kernel_shape[0]; row++) {
    for (let column = 0; column < kernel_shape[1]; column++) {
      const starts = [row * dilations[0], column * dilations[1]];
      const ends = [starts[0] + strides[0] * (height - 1) + 1, starts[1] + strides[1] * (width - 1) + 1];
      const isWhole = [0, 1].every(
        (axis) => starts[axis] === 0 && ends[axis] === padded.shape[axis + 2] && strides[axis] === 1,
      );
      places.push(isWhole ? padded : slice(padded, { starts, ends, axes: [2, 3], steps: strides }));
    }
  }
  return places;
}
