// What a demo page makes of an image file, beside what ingest and endpoints make of it: the browser's part, decoding, is done by
// sharp here.
import type { ImageFit } from '@trainyard/contracts';
import { decodeImage } from '@trainyard/datasets';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { modelPixels } from '../../apps/api/src/demo/page/model-pixels.js';
import { randomSource } from '../fixtures/random.js';

/** Soft shapes with noise on them, as photos have both. */
async function picture(width: number, height: number): Promise<Buffer> {
  const random = randomSource(width * height);
  const seeds = Buffer.from(Array.from({ length: 24 * 24 * 3 }, () => Math.floor(random() * 256)));
  const raw = { width: 24, height: 24, channels: 3 } as const;
  const soft = await sharp(seeds, { raw }).resize(width, height, { fit: 'fill', kernel: 'cubic' }).raw().toBuffer();
  const noisy = soft.map((value) => Math.max(0, Math.min(255, value + Math.floor((random() - 0.5) * 40))));
  return sharp(noisy, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

interface Wanted {
  width: number;
  height: number;
  channels: 1 | 3;
  fit: ImageFit;
}

async function differences(file: Buffer, wanted: Wanted): Promise<{ largest: number; mean: number }> {
  const { data, info } = await sharp(file, { autoOrient: true })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const isJpeg = file[0] === 0xff;
  const own = modelPixels({ width: info.width, height: info.height, data, isJpeg }, wanted);
  const ingested = await decodeImage(file, wanted);
  expect(own.data).toHaveLength(ingested.length);
  const found = [...ingested].map((value, place) => Math.abs(value - own.data[place]));
  return { largest: Math.max(...found), mean: found.reduce((a, b) => a + b) / found.length };
}

const SIZES = [
  [100, 50],
  [57, 31],
  [20, 14],
  [10, 7],
  [15, 40],
  [333, 250],
  [640, 480],
] as const;
const TARGETS = [
  { width: 20, height: 14, channels: 3 },
  { width: 28, height: 28, channels: 1 },
  { width: 64, height: 64, channels: 3 },
] as const;

describe('the pixels of a demo page', () => {
  it.each(['cover', 'contain', 'fill'] as const)(
    'lie within 3 of those of ingest, smaller and larger: %s',
    async (fit) => {
      for (const [width, height] of SIZES) {
        const file = await picture(width, height);
        for (const target of TARGETS) {
          const { largest, mean } = await differences(file, { ...target, fit });
          expect([width, height, target, largest <= 3, mean < 0.8]).toEqual([width, height, target, true, true]);
        }
      }
    },
  );

  it.each([
    [500, 309, 28],
    [500, 309, 64],
    [320, 213, 64],
    [1001, 757, 64],
    [640, 480, 30],
  ])('follow how JPEG files are made smaller while they are decoded: %i × %i to %i', async (width, height, side) => {
    const file = await sharp(await picture(width, height))
      .jpeg({ quality: 92, chromaSubsampling: '4:4:4' })
      .toBuffer();
    const { largest, mean } = await differences(file, { width: side, height: side, channels: 3, fit: 'cover' });
    expect(largest).toBeLessThanOrEqual(8);
    expect(mean).toBeLessThan(0.8);
  });

  it('are the same where nothing is to be resized', async () => {
    const file = await picture(28, 28);
    expect(await differences(file, { width: 28, height: 28, channels: 3, fit: 'cover' })).toEqual({
      largest: 0,
      mean: 0,
    });
    const { largest } = await differences(file, { width: 28, height: 28, channels: 1, fit: 'cover' });
    expect(largest).toBeLessThanOrEqual(1);
  });
});
