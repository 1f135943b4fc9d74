/** Tensors that a compiled graph takes. */
import type { Shape } from '../graph/tensor-type.js';

export interface TensorSpec {
  readonly name: string;
  readonly dtype: 'float32' | 'uint8' | 'int32';
  readonly shape: Shape;
}
