// Whatever is not used of an archive has a code that says why, and for each code there is a remedy.
import { crc32 } from 'node:zlib';
import { SKIP_CODES, SKIP_KINDS } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { buildZip, encodePng } from '../fixtures/index.js';
import { createTestStore, ingest, readStored } from './store.js';

const LINK = 0o120777;
const picture = (seed: number) =>
  encodePng({ width: 4, height: 4, channels: 1, pixels: Uint8Array.from({ length: 16 }, (_, i) => (i * seed) % 256) });

/** The head of a picture of 100 million pixels. */
function hugePicture(): Buffer {
  const bytes = Buffer.from(picture(1));
  bytes.writeUInt32BE(10_000, 16);
  bytes.writeUInt32BE(10_000, 20);
  bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29);
  return bytes;
}

describe('files that are not used', () => {
  it('have a code each', async () => {
    const fine = ['cat', 'dog'].flatMap((name, c) =>
      Array.from({ length: 3 }, (_, i) => ({ path: `${name}/${i}.png`, bytes: picture(11 + 7 * i + 50 * c) })),
    );
    const marked = Buffer.concat([picture(99), Buffer.from('to be damaged')]);
    const archive = await buildZip([
      ...fine,
      { path: 'cat/huge.png', bytes: hugePicture() },
      { path: 'cat/text.jpg', bytes: Buffer.from('no picture') },
      { path: 'cat/damaged.png', bytes: marked, store: true },
      { path: 'cat/link.png', bytes: Buffer.from('0.png'), mode: LINK },
      { path: 'cat/notes.txt', bytes: Buffer.from('notes') },
      { path: 'top.png', bytes: picture(3) },
    ]);
    archive[archive.indexOf('to be damaged')] ^= 1;
    const store = createTestStore();
    await ingest(store, archive, { options: { split: { train: 1 }, max_skipped: 1 } });
    const { skipped } = await readStored(store);
    expect(Object.fromEntries(skipped.map(({ file, code }) => [file, code]))).toEqual({
      'cat/huge.png': 'image_too_large',
      'cat/text.jpg': 'unreadable_image',
      'cat/damaged.png': 'damaged_entry',
      'cat/link.png': 'unusable_entry',
      'cat/notes.txt': 'not_an_image',
      'top.png': 'no_class_folder',
    });
  });

  it('have a remedy for each code', () => {
    for (const code of SKIP_CODES) expect(SKIP_KINDS[code].remedy, code).toMatch(/\.$/);
  });
});
