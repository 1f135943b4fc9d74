// A zip file of as many different images as wanted, streamed to the disk: PNGs whose pixels are stored as they are, so
// that making them takes little and their size is known.
import { open } from 'node:fs/promises';
import { crc32, deflateSync } from 'node:zlib';

const CLASSES = 10;
/** Squares of a picture, each way: their colours make one look different from another. */
const SQUARES = 8;
const FLUSH_BYTES = 4 * 1024 ** 2;
const UINT16_MAX = 0xffff;
const UINT32_MAX = 0xffffffff;

/** @param {string} path @param {{ images: number, side: number }} options @returns {Promise<number>} The bytes of the archive */
export async function makeArchive(path, { images, side }) {
  const file = await open(path, 'w');
  /** @type {Buffer[]} */
  let waiting = [];
  /** @type {Buffer[]} */
  const directory = [];
  let offset = 0;
  let waitingBytes = 0;
  const append = async (/** @type {readonly Buffer[]} */ ...parts) => {
    waiting.push(...parts);
    const bytes = parts.reduce((sum, part) => sum + part.length, 0);
    offset += bytes;
    waitingBytes += bytes;
    if (waitingBytes < FLUSH_BYTES) return;
    await file.writev(waiting);
    waiting = [];
    waitingBytes = 0;
  };
  for (let index = 0; index < images; index++) {
    const name = Buffer.from(`class-${index % CLASSES}/${String(index).padStart(7, '0')}.png`);
    const image = png(index, side);
    const checksum = crc32(image);
    directory.push(directoryEntry(name, image.length, checksum, offset));
    await append(entryHeader(name, image.length, checksum), image);
  }
  const start = offset;
  for (const entry of directory) await append(entry);
  await append(directoryEnd(images, start, offset));
  await file.writev(waiting);
  await file.close();
  return offset;
}

/** @param {readonly number[]} values @param {readonly number[]} sizes In bytes, 2, 4 or 8 each */
function fields(values, sizes) {
  const bytes = Buffer.alloc(sizes.reduce((sum, size) => sum + size, 0));
  let at = 0;
  for (const [index, size] of sizes.entries()) {
    if (size === 2) bytes.writeUInt16LE(values[index], at);
    else if (size === 4) bytes.writeUInt32LE(values[index], at);
    else bytes.writeBigUInt64LE(BigInt(values[index]), at);
    at += size;
  }
  return bytes;
}

/** APPNOTE.TXT, 4.3.7. @param {Buffer} name @param {number} bytes @param {number} checksum */
function entryHeader(name, bytes, checksum) {
  const values = [0x04034b50, 45, 0, 0, 0, 0x21, checksum, bytes, bytes, name.length, 0];
  return Buffer.concat([fields(values, [4, 2, 2, 2, 2, 2, 4, 4, 4, 2, 2]), name]);
}

/** APPNOTE.TXT, 4.3.12, with its place as a number of 64 bits. @param {Buffer} name @param {number} bytes @param {number} checksum @param {number} offset */
function directoryEntry(name, bytes, checksum, offset) {
  const extra = fields([1, 8, offset], [2, 2, 8]);
  const values = [0x02014b50, 45, 45, 0, 0, 0, 0x21, checksum, bytes, bytes, name.length, extra.length, 0, 0, 0, 0];
  const sizes = [4, 2, 2, 2, 2, 2, 2, 4, 4, 4, 2, 2, 2, 2, 2, 4, 4];
  return Buffer.concat([fields([...values, UINT32_MAX], sizes), name, extra]);
}

/** APPNOTE.TXT, 4.3.14 to 4.3.16. @param {number} count @param {number} start @param {number} end */
function directoryEnd(count, start, end) {
  const record = [0x06064b50, 44, 45, 45, 0, 0, count, count, end - start, start];
  const last = [0x06054b50, 0, 0, UINT16_MAX, UINT16_MAX, UINT32_MAX, UINT32_MAX, 0];
  return Buffer.concat([
    fields(record, [4, 8, 2, 2, 4, 4, 8, 8, 8, 8]),
    fields([0x07064b50, 0, end, 1], [4, 4, 8, 4]),
    fields(last, [4, 2, 2, 2, 2, 4, 4, 2]),
  ]);
}

const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** A picture of coloured squares, RGB. @param {number} index @param {number} side */
function png(index, side) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const pixels = deflateSync(scanlines(index, side), { level: 0 });
  return Buffer.concat([PNG_SIGNATURE, chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]);
}

/** @param {string} type @param {Buffer} data */
function chunk(type, data) {
  const typed = Buffer.concat([Buffer.from(type), data]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  checksum.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, checksum]);
}

/** Rows of pixels, each after the byte that names its filter: none. @param {number} index @param {number} side */
function scanlines(index, side) {
  const bytes = 1 + 3 * side;
  const lines = Buffer.alloc(side * bytes);
  for (let y = 0; y < side; y++) {
    const band = Math.floor((y * SQUARES) / side);
    const isSame = y > 0 && band === Math.floor(((y - 1) * SQUARES) / side);
    if (isSame) lines.copyWithin(y * bytes, (y - 1) * bytes, y * bytes);
    else fillLine(lines, y * bytes + 1, side, index * SQUARES + band);
  }
  return lines;
}

/** @param {Buffer} lines @param {number} at @param {number} side @param {number} seed */
function fillLine(lines, at, side, seed) {
  for (let x = 0; x < side; x++) {
    const square = seed * SQUARES + Math.floor((x * SQUARES) / side);
    for (let channel = 0; channel < 3; channel++) lines[at + 3 * x + channel] = scrambled(3 * square + channel) >>> 24;
  }
}

/** Of murmur3: every bit of the value changes half of the result. @param {number} value */
function scrambled(value) {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
