/** Walks the fields of one protobuf message that somebody else wrote: what does not fit is refused, never guessed at. */
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { TrainyardError } from '@trainyard/contracts';

/** Takes a field's value off the reader. */
export type TakeField = (reader: BinaryReader, wire: WireType) => void;

/** The file is no ONNX model that can be read, or not one that can be used here; `detail` says why. */
export function invalidOnnx(detail: string, cause?: unknown): TrainyardError {
  return new TrainyardError('invalid_backbone', detail, { cause });
}

/**
 * Calls the handler of each field by its number, and skips the others.
 *
 * @param what the message's name in onnx.proto, for the error
 * @throws TrainyardError `invalid_backbone` where the bytes are no such message
 */
export function readFields(what: string, bytes: Uint8Array, handlers: Readonly<Record<number, TakeField>>): void {
  try {
    const reader = new BinaryReader(bytes);
    while (reader.pos < reader.len) {
      const [field, wire] = reader.tag();
      const take = handlers[field];
      if (take) take(reader, wire);
      else reader.skip(wire, field);
    }
  } catch (error) {
    if (error instanceof TrainyardError) throw error;
    throw invalidOnnx(`Expected an ONNX model (ModelProto); its ${what} cannot be read as protobuf.`, error);
  }
}

export function takeBytes(reader: BinaryReader, wire: WireType): Uint8Array {
  requireWire(wire, WireType.LengthDelimited);
  return reader.bytes();
}

export function takeText(reader: BinaryReader, wire: WireType): string {
  requireWire(wire, WireType.LengthDelimited);
  return reader.string();
}

/** An int32 or int64. Integers beyond 2⁵³ end at that bound, which only stands for "to the end" in ONNX' slices. */
export function takeInteger(reader: BinaryReader, wire: WireType): number {
  requireWire(wire, WireType.Varint);
  return safeInteger(reader.int64());
}

export function takeFloat(reader: BinaryReader, wire: WireType): number {
  requireWire(wire, WireType.Bit32);
  return reader.float();
}

/** A repeated integer field, one by one or packed; adds to `list`. */
export function takeIntegers(reader: BinaryReader, wire: WireType, list: number[]): void {
  if (wire !== WireType.LengthDelimited) {
    list.push(takeInteger(reader, wire));
    return;
  }
  const packed = new BinaryReader(reader.bytes());
  while (packed.pos < packed.len) list.push(safeInteger(packed.int64()));
}

function requireWire(wire: WireType, expected: WireType): void {
  if (wire !== expected) throw new RangeError(`expected wire type ${expected}; received ${wire}`);
}

function safeInteger(value: bigint | string): number {
  const number = Number(value);
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, number));
}
