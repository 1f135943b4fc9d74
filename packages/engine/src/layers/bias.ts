/** The bias that convolution and dense layers share. */
import type { ParameterSpec } from './layer.js';

/** A bias of one number a unit, whose fans are the units, as Keras counts them. */
export function biasOf(units: number, initializer: ParameterSpec['initializer']): ParameterSpec {
  return { name: 'bias', shape: [units], initializer, fan: { in: units, out: units } };
}
