import { type GalleryIndex, galleryKey, parseGalleryIndex } from '@trainyard/contracts';
import { decodeImage, type GallerySource, writeGallery } from '@trainyard/datasets';
import type { ObjectStore } from '@trainyard/storage';
import { describe, expect, it } from 'vitest';
import { gallerySource, pixelOf } from './gallery-images.js';
import { createTestStore, keysBelow } from './store.js';

const SHEET_WIDTH = 1600;
const PREVIEW = galleryKey('ds_1', 'preview.png');
const HISTOGRAM = galleryKey('ds_1', 'histogram.png');

const names = (count: number) => Array.from({ length: count }, (_, label) => `class ${label}`);
const cycle = (count: number, classes: number) => Array.from({ length: count }, (_, index) => index % classes);
const thirds = (index: number) => (['train', 'validation', 'test'] as const)[Math.floor(index / 2) % 3];

async function indexOf(store: ObjectStore): Promise<GalleryIndex> {
  return parseGalleryIndex(await store.readBytes(galleryKey('ds_1', 'index.json')));
}

async function written(source: GallerySource) {
  const store = createTestStore();
  await writeGallery(store, source);
  return { store, index: await indexOf(store) };
}

/** A picture as rows of RGB, checked to be a PNG of the sheets' width. */
async function pictureOf(store: ObjectStore, key: string) {
  const bytes = Buffer.from(await store.readBytes(key));
  expect(bytes.subarray(1, 4).toString()).toBe('PNG');
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  expect(width).toBe(SHEET_WIDTH);
  // Other decoders of the service take no more than 1,024 pixels a side; the size is its own here.
  const pixels = await decodeImage(bytes, { width, height, channels: 3, fit: 'fill' });
  const has = (red: number, green: number, blue: number) => {
    for (let place = 0; place < pixels.length; place += 3) {
      if (pixels[place] === red && pixels[place + 1] === green && pixels[place + 2] === blue) return true;
    }
    return false;
  };
  return { height, has };
}

describe('writeGallery', () => {
  it('writes pictures, pixels and an index that describes them', async () => {
    const source = gallerySource({ classes: ['cat', 'dog'], labels: cycle(12, 2), splitOf: thirds });
    const { store, index } = await written(source);
    expect(await keysBelow(store, 'datasets/ds_1')).toEqual(
      ['histogram.png', 'images', 'index.json', 'preview.png'].map((file) => `datasets/ds_1/gallery/${file}`),
    );
    expect(index).toMatchObject({ task: 'multiclass', classes: ['cat', 'dog'], image: { width: 8, height: 8 } });
    expect(index.samples).toHaveLength(12);
    expect(index.samples[7]).toEqual({
      index: 7,
      place: 3,
      file: 'folder/7.png',
      split: 'train',
      label: 1,
      width: 107,
      height: 50,
    });
    const pixels = await store.readBytes(galleryKey('ds_1', 'images'));
    expect(pixels.length).toBe(12 * 192);
    index.samples.forEach((sample, place) => {
      const image = pixels.subarray(place * 192, (place + 1) * 192);
      expect(image.every((value) => value === pixelOf(sample.index))).toBe(true);
    });
    expect(index.preview.bytes).toBe((await store.stat(PREVIEW))?.bytes);
  });

  it('gives the same bytes again', async () => {
    const source = gallerySource({ classes: ['cat', 'dog'], labels: cycle(40, 2), splitOf: thirds });
    expect((await written(source)).index).toEqual((await written(source)).index);
  });

  it('spreads the images that it keeps over splits and classes', async () => {
    const labels = Array.from({ length: 5000 }, (_, index) => (index < 4900 ? 0 : 1 + (index % 3)));
    const splitOf = (index: number) => (index % 10 === 0 ? 'test' : 'train');
    const { index } = await written(gallerySource({ classes: names(4), labels, splitOf }));
    expect(index.samples).toHaveLength(1000);
    const counts = new Map<string, number>();
    for (const { split, label } of index.samples) {
      counts.set(`${split} ${label}`, (counts.get(`${split} ${label}`) ?? 0) + 1);
    }
    // The rare classes are there whole, and class 0 has the rest, of both splits.
    const rare = index.samples.filter(({ label }) => label !== 0);
    expect(rare).toHaveLength(100);
    expect(counts.get('test 0')).toBeGreaterThan(300);
    expect(counts.get('train 0')).toBeGreaterThan(300);
    expect(index.samples.map((sample) => sample.index)).toEqual(
      index.samples.map((sample) => sample.index).sort((a, b) => a - b),
    );
  });

  it('keeps fewer images where they are large', async () => {
    const image = { width: 1024, height: 1024, channels: 3 } as const;
    const { index } = await written(gallerySource({ classes: ['one'], labels: cycle(40, 1), image }));
    expect(index.samples).toHaveLength(21);
  });
});

describe('preview.png', () => {
  it('has a row for each class, with images and the colours of their splits', async () => {
    const source = gallerySource({ classes: names(6), labels: cycle(60, 6), splitOf: thirds });
    const { store } = await written(source);
    const { height, has } = await pictureOf(store, PREVIEW);
    expect(height).toBeGreaterThan(6 * 96);
    for (const index of [0, 5, 11]) expect(has(pixelOf(index), pixelOf(index), pixelOf(index))).toBe(true);
    expect([has(59, 108, 196), has(232, 152, 40), has(38, 150, 112)]).toEqual([true, true, true]);
  });

  it('stays of bounded height with many classes', async () => {
    const many = await written(gallerySource({ classes: names(48), labels: cycle(96, 48) }));
    const more = await written(gallerySource({ classes: names(1000), labels: cycle(2000, 1000) }));
    const { height } = await pictureOf(many.store, PREVIEW);
    expect((await pictureOf(more.store, PREVIEW)).height).toBe(height);
    expect(height).toBeLessThan(3000);
  });

  it('shows an image under each of its labels, and labels that no image has', async () => {
    const labels = Array.from({ length: 9 }, (_, index) => (index === 0 ? [] : index % 2 ? [0, 1] : [1]));
    const source = gallerySource({ task: 'multilabel', classes: ['a', 'b', 'unused'], labels });
    const { store, index } = await written(source);
    expect(index.samples[1].label).toEqual([0, 1]);
    expect(index.samples[0].label).toEqual([]);
    await pictureOf(store, PREVIEW);
    await pictureOf(store, HISTOGRAM);
  });

  it.each([1, 4, 13])('shows images by the values of %d targets', async (count) => {
    const targets = Array.from({ length: count }, (_, target) => `target ${target}`);
    const labels = Array.from({ length: 100 }, (_, index) => targets.map((_, target) => index / 7 - 20 * target));
    const source = gallerySource({ task: 'regression', targets, labels, splitOf: thirds });
    const { store, index } = await written(source);
    expect(index.samples[3].label).toEqual(labels[3]);
    await pictureOf(store, PREVIEW);
    await pictureOf(store, HISTOGRAM);
  });

  it('takes what is at the edge: one image, one value, huge values, names of any letters', async () => {
    const odd = ['', ' ', '花\u0000🌹', 'x'.repeat(500), '__proto__'];
    const classes = await written(gallerySource({ classes: odd, labels: [0, 1, 2, 3, 4] }));
    await pictureOf(classes.store, PREVIEW);
    await pictureOf(classes.store, HISTOGRAM);
    for (const labels of [[1], [5, 5, 5], [-1e30, 0, 1e30], [1e-300, 2e-300]]) {
      const image = { width: 1024, height: 1, channels: 1 } as const;
      const { store } = await written(gallerySource({ task: 'regression', targets: ['y'], labels, image }));
      await pictureOf(store, PREVIEW);
      await pictureOf(store, HISTOGRAM);
    }
  });
});

describe('histogram.png', () => {
  it('grows by a bar for each class, and shows many classes by rank', async () => {
    const heightOf = async (classes: number) => {
      const { store } = await written(gallerySource({ classes: names(classes), labels: cycle(3 * classes, classes) }));
      return (await pictureOf(store, HISTOGRAM)).height;
    };
    const [few, more, many, most] = [await heightOf(5), await heightOf(10), await heightOf(61), await heightOf(2000)];
    expect(more - few).toBe(5 * 36);
    expect(most).toBe(many);
  });
});

describe('a gallery that cannot be written', () => {
  it('is no longer being written when that is told', async () => {
    const store = createTestStore();
    const source = gallerySource({
      classes: ['a'],
      labels: cycle(500, 1),
      image: { width: 64, height: 64, channels: 3 },
    });
    let reading = 0;
    const images = {
      ...source.images,
      // The contact sheet fails at once, the copies go on for a while.
      readPixels: async (indices: ArrayLike<number>, out: Uint8Array) => {
        if (indices.length > 16) throw new Error('gone');
        reading++;
        await new Promise((resolve) => setTimeout(resolve, 1));
        source.images.readPixels(indices, out);
        reading--;
      },
    };
    await expect(writeGallery(store, { ...source, images })).rejects.toThrow('gone');
    expect(reading).toBe(0);
    await store.removePrefix('datasets/ds_1');
    expect(await keysBelow(store, '')).toEqual([]);
  });
});
