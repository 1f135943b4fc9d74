/** The types of numbers and texts that a .npy file can hold, by NumPy's own names for them. */

export interface NpyType {
  /** Of one element. */
  readonly bytes: number;
  readonly isText: boolean;
  /** Numbers of 64 bits lose what a double cannot hold. */
  readNumber(view: DataView, offset: number): number;
  readText(view: DataView, offset: number): string;
}

type ReadNumber = (view: DataView, offset: number, littleEndian: boolean) => number;

const NUMBERS: ReadonlyMap<string, ReadNumber> = new Map<string, ReadNumber>([
  ['b1', (view, offset) => view.getUint8(offset)],
  ['u1', (view, offset) => view.getUint8(offset)],
  ['i1', (view, offset) => view.getInt8(offset)],
  ['u2', (view, offset, little) => view.getUint16(offset, little)],
  ['i2', (view, offset, little) => view.getInt16(offset, little)],
  ['u4', (view, offset, little) => view.getUint32(offset, little)],
  ['i4', (view, offset, little) => view.getInt32(offset, little)],
  ['u8', (view, offset, little) => Number(view.getBigUint64(offset, little))],
  ['i8', (view, offset, little) => Number(view.getBigInt64(offset, little))],
  ['f2', (view, offset, little) => fromHalf(view.getUint16(offset, little))],
  ['f4', (view, offset, little) => view.getFloat32(offset, little)],
  ['f8', (view, offset, little) => view.getFloat64(offset, little)],
]);

const TEXT_BYTES_MAX = 4096;

/** Null for what cannot be read, such as pickled objects. */
export function npyType(descr: string): NpyType | null {
  const [order, kind, size] = [descr[0], descr[1], Number(descr.slice(2))];
  if (!'<>|='.includes(order) || order === undefined) return null;
  const little = order !== '>';
  const read = NUMBERS.get(`${kind}${size}`);
  if (read) {
    const readNumber = (view: DataView, offset: number) => read(view, offset, little);
    const readText = (view: DataView, offset: number) => String(readNumber(view, offset));
    return { bytes: size, isText: false, readNumber, readText };
  }
  const bytes = kind === 'U' ? 4 * size : size;
  if ((kind !== 'U' && kind !== 'S') || !(bytes >= 1 && bytes <= TEXT_BYTES_MAX)) return null;
  const readText = (view: DataView, offset: number) =>
    kind === 'U' ? readUtf32(view, offset, size, little) : readBytes(view, offset, size);
  return { bytes, isText: true, readNumber: (view, offset) => Number(readText(view, offset)), readText };
}

/** IEEE 754 binary16. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function readUtf32(view: DataView, offset: number, length: number, little: boolean): string {
  let text = '';
  for (let index = 0; index < length; index++) {
    const code = view.getUint32(offset + 4 * index, little);
    if (code === 0) break;
    text += code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
  }
  return text;
}

function readBytes(view: DataView, offset: number, length: number): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + offset, length);
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}
