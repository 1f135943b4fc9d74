/** Boolean algebra on masks: And, Or, Not. */
import { applyOp, type OpDefinition, type Value } from '../graph/graph.js';
import { ShapeError, type TensorType } from '../graph/tensor-type.js';
import { inferBinary, type NoAttributes } from './elementwise.js';

function inferLogic(op: string, inputs: readonly TensorType[]): TensorType[] {
  if (inputs[0].dtype !== 'bool') throw new ShapeError(op, 'booleans', inputs[0].dtype);
  return inputs.length === 1 ? [{ dtype: 'bool', shape: inputs[0].shape }] : inferBinary(op, inputs);
}

function logicOp(type: string): OpDefinition<NoAttributes> {
  return { type, infer: (inputs) => inferLogic(type, inputs), onnx: {} };
}

export const andOp = logicOp('And');
export const orOp = logicOp('Or');
export const notOp = logicOp('Not');

export function and(a: Value, b: Value): Value {
  return applyOp(andOp, [a, b], {});
}

export function or(a: Value, b: Value): Value {
  return applyOp(orOp, [a, b], {});
}

export function not(a: Value): Value {
  return applyOp(notOp, [a], {});
}
