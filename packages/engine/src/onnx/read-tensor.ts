/** ONNX' TensorProto: its bytes stay where they are in the file until somebody asks for numbers. */
import { WireType } from '@bufbuild/protobuf/wire';
import type { Shape } from '../graph/tensor-type.js';
import { sizeOf } from '../graph/tensor-type.js';
import { invalidOnnx, readFields, takeBytes, takeFloat, takeInteger, takeIntegers, takeText } from './read-fields.js';

export interface OnnxTensor {
  readonly name: string;
  /** TensorProto.DataType. */
  readonly dataType: number;
  readonly shape: Shape;
  /** Little-endian elements as `raw_data` or packed `float_data` has them; null where `numbers` has them. */
  readonly raw: Uint8Array | null;
  readonly numbers: readonly number[];
  /** Whether the elements are in another file. */
  readonly isExternal: boolean;
}

export const ONNX_FLOAT = 1;
export const ONNX_FLOAT16 = 10;
const ONNX_UINT8 = 2;
const ONNX_INT8 = 3;
const ONNX_INT32 = 6;
const ONNX_BOOL = 9;
const ONNX_DOUBLE = 11;
export const ONNX_INT64 = 7;
const EXTERNAL = 1;
/** Integer tensors are shapes, axes and the like. */
const MAX_INTEGERS = 4096;

export function readTensor(bytes: Uint8Array): OnnxTensor {
  const tensor = { name: '', dataType: 0, isExternal: false };
  const shape: number[] = [];
  const numbers: number[] = [];
  let raw: Uint8Array | null = null;
  readFields('TensorProto', bytes, {
    1: (reader, wire) => takeIntegers(reader, wire, shape),
    2: (reader, wire) => {
      tensor.dataType = takeInteger(reader, wire);
    },
    4: (reader, wire) => {
      // Packed floats are the very bytes of raw_data.
      if (wire === WireType.LengthDelimited) raw = reader.bytes();
      else numbers.push(takeFloat(reader, wire));
    },
    5: (reader, wire) => takeIntegers(reader, wire, numbers),
    7: (reader, wire) => takeIntegers(reader, wire, numbers),
    8: (reader, wire) => {
      tensor.name = takeText(reader, wire);
    },
    9: (reader, wire) => {
      raw = takeBytes(reader, wire);
    },
    10: (reader, wire) => {
      raw = takeBytes(reader, wire);
    },
    14: (reader, wire) => {
      tensor.isExternal = takeInteger(reader, wire) === EXTERNAL;
    },
  });
  if (shape.some((side) => side < 0 || sizeOf(shape) > Number.MAX_SAFE_INTEGER)) {
    throw invalidOnnx(`The tensor "${tensor.name}" has the impossible shape [${shape.join(', ')}].`);
  }
  return { ...tensor, shape, raw, numbers };
}

/** Bytes of one element, and how it is read. */
const ELEMENTS: Readonly<Record<number, { bytes: number; read(view: DataView, at: number): number }>> = {
  [ONNX_FLOAT]: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  [ONNX_UINT8]: { bytes: 1, read: (view, at) => view.getUint8(at) },
  [ONNX_INT8]: { bytes: 1, read: (view, at) => view.getInt8(at) },
  [ONNX_INT32]: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  [ONNX_INT64]: { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
  [ONNX_BOOL]: { bytes: 1, read: (view, at) => view.getUint8(at) },
  [ONNX_FLOAT16]: { bytes: 2, read: (view, at) => fromHalf(view.getUint16(at, true)) },
  [ONNX_DOUBLE]: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
};

/** IEEE 754's binary16: a sign, five bits of exponent, ten of the fraction. */
function fromHalf(bits: number): number {
  const sign = bits >> 15 === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 31;
  const fraction = (bits & 1023) / 1024;
  if (exponent === 0) return sign * fraction * 2 ** -14;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction) * 2 ** (exponent - 15);
}

/** The elements of a tensor of numbers; null for another type. Throws `invalid_backbone` where they are not all there. */
export function numbersOf(tensor: OnnxTensor): number[] | null {
  const element = ELEMENTS[tensor.dataType];
  if (!element) return null;
  requireElements(tensor);
  const { raw, numbers, shape, dataType } = tensor;
  if (raw === null) return numbers.map((number) => (dataType === ONNX_FLOAT16 ? fromHalf(number) : number));
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  return Array.from({ length: sizeOf(shape) }, (_, i) => element.read(view, i * element.bytes));
}

/** The elements of a tensor as float32. Throws `invalid_backbone` where they are not all there. */
export function floatsOf(tensor: OnnxTensor): Float32Array<ArrayBuffer> {
  const { raw, numbers } = tensor;
  if (tensor.dataType !== ONNX_FLOAT) return Float32Array.from(numbersOf(tensor) ?? []);
  requireElements(tensor);
  if (raw === null) return Float32Array.from(numbers);
  // A copy: the bytes of the file need not be aligned, and a Buffer's own slice copies nothing.
  return new Float32Array(new Uint8Array(raw).buffer);
}

/** Throws `invalid_backbone` where the elements of a tensor are not all there. */
export function requireElements(tensor: OnnxTensor): void {
  requireHere(tensor, (ELEMENTS[tensor.dataType]?.bytes ?? 4) * sizeOf(tensor.shape));
}

/** The elements of a small int64 or int32 tensor; null where it is none. */
export function integersOf(tensor: OnnxTensor): number[] | null {
  const { dataType, raw, shape, numbers } = tensor;
  const count = sizeOf(shape);
  const bytes = dataType === ONNX_INT64 ? 8 : 4;
  if ((dataType !== ONNX_INT64 && dataType !== ONNX_INT32) || count > MAX_INTEGERS) return null;
  requireHere(tensor, bytes * count);
  if (raw === null) return [...numbers];
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  return Array.from({ length: count }, (_, i) =>
    bytes === 8 ? Number(view.getBigInt64(8 * i, true)) : view.getInt32(4 * i, true),
  );
}

function requireHere({ name, isExternal, raw, numbers, shape }: OnnxTensor, bytes: number): void {
  if (isExternal) {
    throw invalidOnnx(
      `The elements of "${name}" are in a file of their own (external data). Save the model as one file: ` +
        'onnx.save_model(model, path, save_as_external_data=False).',
    );
  }
  const found = raw === null ? numbers.length : raw.byteLength;
  const expected = raw === null ? sizeOf(shape) : bytes;
  if (found === expected) return;
  const unit = raw === null ? 'elements' : 'bytes';
  throw invalidOnnx(
    `Expected ${expected} ${unit} in the tensor "${name}"; received ${found}. The file may be cut off.`,
  );
}
