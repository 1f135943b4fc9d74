/**
 * The safetensors format: an 8-byte little-endian length, a JSON header of that length, then the tensors' bytes.
 * Only float32 is written and read.
 */
import type { Shape } from './graph/tensor-type.js';
import { sizeOf } from './graph/tensor-type.js';

export interface NamedTensor {
  readonly shape: Shape;
  readonly data: Float32Array;
}

export interface SafetensorsFile {
  readonly tensors: ReadonlyMap<string, NamedTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

const LENGTH_BYTES = 8;
const ALIGNMENT = 8;
const MAX_HEADER_BYTES = 100_000_000;
const METADATA_KEY = '__metadata__';

/** A file that is no safetensors file, or one with tensors of other types. */
export class SafetensorsError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SafetensorsError';
  }
}

/** The bytes of a file. Equal tensors and metadata in equal order give equal bytes. */
export function writeSafetensors(
  tensors: ReadonlyMap<string, NamedTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  return writeSafetensorsInto((bytes) => new Uint8Array(bytes), tensors, metadata);
}

/** The same in memory of the caller's; `allocate` gives as many bytes as it is asked for, whatever they hold. */
export function writeSafetensorsInto<Memory extends ArrayBufferLike>(
  allocate: (bytes: number) => Uint8Array<Memory>,
  tensors: ReadonlyMap<string, NamedTensor>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array<Memory> {
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { [METADATA_KEY]: metadata } : {};
  let end = 0;
  for (const [name, { shape, data }] of tensors) {
    if (data.length !== sizeOf(shape))
      throw new SafetensorsError(`${name}: ${data.length} values do not fill its shape`);
    header[name] = { dtype: 'F32', shape, data_offsets: [end, end + data.byteLength] };
    end += data.byteLength;
  }
  const text = encodeHeader(header);
  const file = allocate(LENGTH_BYTES + text.length + end);
  new DataView(file.buffer, file.byteOffset).setBigUint64(0, BigInt(text.length), true);
  file.set(text, LENGTH_BYTES);
  let offset = LENGTH_BYTES + text.length;
  for (const { data } of tensors.values()) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return file;
}

/** Reads a file. Throws a `SafetensorsError` where it is damaged. */
export function readSafetensors(file: Uint8Array): SafetensorsFile {
  const { header, start } = readHeader(file);
  const tensors = new Map<string, NamedTensor>();
  for (const [name, entry] of Object.entries(header)) {
    if (name !== METADATA_KEY) tensors.set(name, readTensor(name, entry, file.subarray(start)));
  }
  return { tensors, metadata: stringsOf(header[METADATA_KEY]) };
}

/** Padded with spaces, so that the tensors start at a multiple of 8. */
function encodeHeader(header: object): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const padded = new Uint8Array(Math.ceil(text.length / ALIGNMENT) * ALIGNMENT).fill(0x20);
  padded.set(text);
  return padded;
}

function readHeader(file: Uint8Array): { header: Record<string, unknown>; start: number } {
  if (file.length < LENGTH_BYTES) throw new SafetensorsError('the file is too short');
  const length = Number(new DataView(file.buffer, file.byteOffset, LENGTH_BYTES).getBigUint64(0, true));
  const start = LENGTH_BYTES + length;
  if (length > MAX_HEADER_BYTES || start > file.length)
    throw new SafetensorsError('the header is longer than the file');
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(file.subarray(LENGTH_BYTES, start)));
  } catch {
    throw new SafetensorsError('the header is not JSON');
  }
  if (!isRecord(header)) throw new SafetensorsError('the header is not an object');
  return { header, start };
}

function readTensor(name: string, entry: unknown, bytes: Uint8Array): NamedTensor {
  if (!isRecord(entry) || entry.dtype !== 'F32') throw new SafetensorsError(`${name}: only F32 tensors are read`);
  const shape = integersOf(name, entry.shape);
  const [from, to] = integersOf(name, entry.data_offsets);
  if (to > bytes.length || to - from !== 4 * sizeOf(shape)) throw new SafetensorsError(`${name}: its bytes do not fit`);
  // A copy of its own: the offset need not be a multiple of 4, and a Node Buffer's `slice` would be a view.
  return { shape, data: new Float32Array(new Uint8Array(bytes.subarray(from, to)).buffer) };
}

function integersOf(name: string, value: unknown): number[] {
  if (!Array.isArray(value)) throw new SafetensorsError(`${name}: its header is damaged`);
  return value.map((item) => {
    if (!Number.isSafeInteger(item) || item < 0) throw new SafetensorsError(`${name}: its header is damaged`);
    return item;
  });
}

function stringsOf(value: unknown): Record<string, string> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, String(item)]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
