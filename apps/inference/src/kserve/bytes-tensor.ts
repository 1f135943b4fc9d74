/** `BYTES` tensors: in binary form each element is its length (uint32, little endian) and then its bytes. */
import { TrainyardError } from '@trainyard/contracts';
import { fromBase64 } from '../child/base64.js';
import { arrayAt, invalid, type Pointer, stringAt } from './json-fields.js';

const LENGTH_BYTES = 4;

/** The elements, as views into `binary`. Throws `invalid_request` where they do not come out at `count`. */
export function readBytesTensor(binary: Uint8Array, count: number, pointer: Pointer): Uint8Array[] {
  const lengths = new DataView(binary.buffer, binary.byteOffset, binary.byteLength);
  const elements: Uint8Array[] = [];
  let offset = 0;
  while (offset < binary.length && elements.length < count) {
    if (offset + LENGTH_BYTES > binary.length) break;
    const start = offset + LENGTH_BYTES;
    const end = start + lengths.getUint32(offset, true);
    if (end > binary.length) break;
    elements.push(binary.subarray(start, end));
    offset = end;
  }
  if (elements.length === count && offset === binary.length) return elements;
  const detail = `Expected ${count} elements, each a length (uint32, little endian) and as many bytes, in ${binary.length} bytes; they end at byte ${offset} with ${elements.length} read.`;
  throw invalid(pointer, detail);
}

/** Image files in base64, flat or as `shape` nests them. Throws `invalid_request` and, for what is not base64, `invalid_image`. */
export function readBase64Tensor(data: unknown, count: number, pointer: Pointer): Uint8Array[] {
  const given = typeof data === 'string' ? [data] : arrayAt(data, pointer);
  if (given.length !== count) throw invalid(pointer, `Expected ${count} elements; received ${given.length}.`);
  return given.map((element, index) => {
    const inner = Array.isArray(element) && element.length === 1 ? element[0] : element;
    return decoded(stringAt(inner, `${pointer}/${index}`), `${pointer}/${index}`);
  });
}

/** `texts` as a tensor in binary form. */
export function writeBytesTensor(texts: readonly string[]): Buffer {
  const parts = texts.flatMap((text) => {
    const bytes = Buffer.from(text);
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt32LE(bytes.length);
    return [length, bytes];
  });
  return Buffer.concat(parts);
}

function decoded(text: string, pointer: Pointer): Uint8Array {
  try {
    return fromBase64(text);
  } catch (error) {
    if (!(error instanceof TrainyardError)) throw error;
    throw new TrainyardError(error.code, error.detail, { errors: [{ pointer, detail: error.detail }] });
  }
}
