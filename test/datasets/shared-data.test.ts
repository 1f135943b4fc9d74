// Archives and images that other people made.
import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { decodeImage, readManifest } from '@trainyard/datasets';
import { describe, expect, it } from 'vitest';
import { buildZip } from '../fixtures/index.js';
import { sharedData } from '../setup/index.js';
import { createTestStore, ingest } from './store.js';

/** The lines of decode-map.tsv: how libvips took each file, strictly and leniently. */
function decodeMap(folder: string) {
  const [, ...lines] = readFileSync(join(folder, 'decode-map.tsv'), 'utf8').trim().split('\n');
  return lines.map((line) => {
    const [file, , format, size, , , , orientation, , strict, lenient] = line.split('\t');
    return { file, format, size, orientation: Number(orientation), strict, lenient };
  });
}

describe('real archives', () => {
  it('of CIFAR-10, with train and test below a wrapping folder, are read whole', async (context) => {
    const archive = readFileSync(sharedData(context, 'images/cifar10-jpg-6k.zip'));
    const { classes, image, counts, warnings } = await ingest(createTestStore(), archive);
    expect(classes).toHaveLength(10);
    expect(classes).toContain('airplane');
    expect(image).toEqual({ width: 32, height: 32, channels: 3 });
    expect([counts.train.total, counts.validation.total, counts.test.total]).toEqual([4500, 500, 1000]);
    expect(warnings).toEqual([]);
  });

  it('of photos of many sizes are brought to 64x64 and keep their train and val', async (context) => {
    const archive = readFileSync(sharedData(context, 'images/flowers-700.zip'));
    const { image, counts, warnings } = await ingest(createTestStore(), archive);
    expect(image).toEqual({ width: 64, height: 64, channels: 3 });
    expect([counts.train.total, counts.validation.total, counts.test.total]).toEqual([500, 200, 0]);
    expect(warnings.map(({ code }) => code)).toEqual(['mixed_sizes', 'small_split']);
  });
});

describe('messy images', () => {
  it('are used or skipped as libvips can read them, and never end the ingest', async (context) => {
    const folder = sharedData(context, 'messy-images');
    const map = decodeMap(folder).filter(({ file }) => !file.startsWith('pillow-bmp/'));
    const contents = map.map(({ file }) => ({ path: file, bytes: readFileSync(join(folder, file)) }));
    const store = createTestStore();
    const { classes } = await ingest(store, await buildZip(contents), {
      options: { image: { width: 32, height: 32 } },
    });
    expect(classes).toEqual(['exif-orientation', 'pillow', 'sharp']);
    const { samples, skipped } = await readManifest(store, 'ds_1');
    const used = new Map(samples.map((sample) => [sample.source, sample]));
    expect(samples.length + skipped.length).toBe(map.length);
    for (const { file, format, size, orientation, strict, lenient } of map) {
      if (format === 'svg' || lenient !== 'ok') expect(used.has(file), file).toBe(false);
      else if (strict === 'ok' && isImageName(file)) expect(used.has(file), file).toBe(true);
      const sample = used.get(file);
      const [width, height] = orientation >= 5 ? size.split('x').reverse() : size.split('x');
      if (sample) expect(`${sample.width}x${sample.height}`, file).toBe(`${width}x${height}`);
    }
  });

  it('of one scene look alike whichever way the camera was held', async (context) => {
    const folder = sharedData(context, 'messy-images/exif-orientation');
    const decode = (name: string) =>
      decodeImage(readFileSync(join(folder, name)), { width: 24, height: 24, channels: 3, fit: 'fill' });
    for (const scene of ['Landscape', 'Portrait']) {
      const upright = await decode(`${scene}_1.jpg`);
      for (let orientation = 2; orientation <= 8; orientation++) {
        const turned = await decode(`${scene}_${orientation}.jpg`);
        const difference = upright.reduce((sum, value, index) => sum + Math.abs(value - turned[index]), 0);
        expect(difference / upright.length, `${scene}_${orientation}`).toBeLessThan(8);
      }
    }
  });
});

/** Multi-picture files carry an extension that nobody calls an image. */
function isImageName(file: string): boolean {
  return extname(file) !== '.mpo';
}
