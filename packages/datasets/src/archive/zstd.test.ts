import { describe, expect, it } from 'vitest';
import { unzstd } from './zstd.js';

/** Made by zstd 1.5 at level 19, with a checksum: sixty lines. */
const LINES = Buffer.from(
  'KLUv/QRohQUAAk4dENBXDlSgC46RUsqUUgosUYyAIrrInCxnf5ovfYs/7TXxT5E744+45j7ZrVpo2syGySVUoekmfd+JW9SSrL8S' +
    'RYfFC5GGcaHrrM1VaZNSYx/kajG0dvaSUb7VHYcbb2asNSLLlEX607IWvQUAERgcAhEQGAiFdaggjO8dwBsOEICBbwc13Oy90UBE' +
    '9YcZw974U+sk37vFwkF6kQylg5si7WBBc7f+g18vz4QDmQLaXhSR',
  'base64',
);
const TEXT = Array.from({ length: 60 }, (_, index) => `line ${(index * index) % 97} of ${index}\n`).join('');
/** The same, of 300,000 zeros. */
const ZEROS = Buffer.from('28b52ffd04684c000008000100fcff39100202001000039f04002d28de26', 'hex');

async function* inPieces(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < bytes.byteLength; offset += length) yield bytes.subarray(offset, offset + length);
}

async function unpacked(bytes: Uint8Array, length = 1000): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of unzstd(inPieces(bytes, length))) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const refused = (detail: RegExp) => ({ code: 'invalid_archive', detail: expect.stringMatching(detail) });

describe('unzstd', () => {
  it.each([1, 7, 1000])('unpacks what zstd packed, in pieces of %s bytes', async (length) => {
    expect((await unpacked(LINES, length)).toString()).toBe(TEXT);
    expect((await unpacked(ZEROS, length)).equals(Buffer.alloc(300_000))).toBe(true);
  });

  it('unpacks frames one after another and passes over those that hold no data', async () => {
    const note = Buffer.concat([Buffer.from('5a2a4d1803000000', 'hex'), Buffer.from('hey')]);
    const all = await unpacked(Buffer.concat([note, LINES, ZEROS, note, LINES]));
    expect(all.equals(Buffer.concat([Buffer.from(TEXT), Buffer.alloc(300_000), Buffer.from(TEXT)]))).toBe(true);
    expect((await unpacked(new Uint8Array(0))).byteLength).toBe(0);
  });

  it('gives no more than a block at a time, however little it was packed into', async () => {
    const sizes: number[] = [];
    for await (const { byteLength } of unzstd(inPieces(ZEROS, 1000))) sizes.push(byteLength);
    expect(sizes.length).toBeGreaterThan(1);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(128 * 1024);
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['cut short in a block', LINES.subarray(0, 100), /cut short/],
    ['cut short in its head', LINES.subarray(0, 5), /cut short/],
    ['followed by something else', Buffer.concat([LINES, Buffer.from('more')]), /something else/],
    ['damaged', Buffer.from(LINES).fill(255, 20, 60), /damaged/],
    ['other than its checksum says', Buffer.from(LINES).fill(0, LINES.length - 4), /checksum is another/],
    [
      'in want of a window of 2 GiB',
      Buffer.from('28b52ffd00a8010000', 'hex'),
      /window of more than 33554432 .* without --long/,
    ],
    ['in want of a window of 1 TiB', Buffer.from('28b52ffde00000000000010000010000', 'hex'), /window of more than/],
    ['in want of a dictionary', Buffer.from('28b52ffd010001010000', 'hex'), /dictionary/],
    ['of a block larger than any', Buffer.from('28b52ffd0058fbffff07', 'hex'), /larger than any can be/],
  ])('refuses what is %s', async (_, bytes, detail) => {
    await expect(unpacked(bytes)).rejects.toMatchObject(refused(detail));
  });
});
