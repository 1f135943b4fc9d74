/** Element types by the numbers that ONNX has for them. */
import type { DType } from '../graph/tensor-type.js';
import { DATA_TYPE } from './wire.js';

const BY_NUMBER = new Map(Object.entries(DATA_TYPE).map(([dtype, number]) => [number, dtype]));

/** Null for those that graphs do not have here. */
export function dtypeOf(dataType: number): DType | null {
  const dtype = BY_NUMBER.get(dataType);
  return dtype !== undefined && isDType(dtype) ? dtype : null;
}

export function isDType(value: unknown): value is DType {
  return typeof value === 'string' && Object.hasOwn(DATA_TYPE, value);
}
