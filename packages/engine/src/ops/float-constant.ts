/** Constants of the floating-point type of another value. */
import type { Value } from '../graph/graph.js';
import { type Shape, sizeOf } from '../graph/tensor-type.js';

/** @param at the number at each place, counted flat */
export function floatConstant({ graph, dtype }: Value, shape: Shape, at: (place: number) => number): Value {
  const values = dtype === 'float64' ? new Float64Array(sizeOf(shape)) : new Float32Array(sizeOf(shape));
  for (let place = 0; place < values.length; place++) values[place] = at(place);
  return graph.constant(dtype, shape, values);
}
