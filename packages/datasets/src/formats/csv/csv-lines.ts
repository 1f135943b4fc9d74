/** The lines of a text in UTF-8, as bytes: in a table of pixels, most of it never needs to be a string. */
import { isUtf8 } from 'node:buffer';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

export class NotUtf8Error extends Error {}
export class LongLineError extends Error {}

/**
 * The lines as they come, many at a time, without what ends them. Throws `NotUtf8Error`, and `LongLineError` for a line
 * of more than `lineBytesMax`.
 */
export async function* readLines(chunks: AsyncIterable<Uint8Array>, lineBytesMax: number): AsyncGenerator<Buffer[]> {
  let open: Uint8Array[] = [];
  let openBytes = 0;
  let isFirst = true;
  const take = (text: Buffer): Buffer[] => {
    if (!isUtf8(text)) throw new NotUtf8Error();
    const start = isFirst && BYTE_ORDER_MARK.every((byte, index) => text[index] === byte) ? BYTE_ORDER_MARK.length : 0;
    isFirst = false;
    return splitLines(text.subarray(start));
  };
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(LINE_FEED);
    open.push(end < 0 ? chunk : chunk.subarray(0, end));
    if (end >= 0) {
      yield take(joined(open));
      open = [chunk.subarray(end + 1)];
      openBytes = 0;
    }
    openBytes += open[open.length - 1].byteLength;
    if (openBytes > lineBytesMax) throw new LongLineError();
  }
  yield take(joined(open));
}

function joined(parts: readonly Uint8Array[]): Buffer {
  const [first] = parts;
  if (parts.length > 1) return Buffer.concat(parts);
  return Buffer.from(first.buffer, first.byteOffset, first.byteLength);
}

function splitLines(text: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let start = 0; start <= text.length; ) {
    const found = text.indexOf(LINE_FEED, start);
    const end = found < 0 ? text.length : found;
    lines.push(text.subarray(start, end > start && text[end - 1] === CARRIAGE_RETURN ? end - 1 : end));
    start = end + 1;
  }
  return lines;
}
