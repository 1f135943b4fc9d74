import { describe, expect, it } from 'vitest';
import type { DescribedImages } from './described-images.js';
import { findDuplicates } from './duplicates.js';
import { describeImage, FEATURE_BYTES } from './features.js';

const SIDE = 32;
/** A number in [0, 1) for each seed and place. */
function uniformAt(seed: number, place: number): number {
  let mixed = Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(place + 1, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39);
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
}

const IMAGE = { width: SIDE, height: SIDE, channels: 3 } as const;
const SIZE = SIDE * SIDE * 3;

/** Blobs of colour at random: as different from each other as photos are. */
function drawPicture(seed: number): Uint8Array {
  const random = (index: number) => uniformAt(seed, index);
  const blobs = Array.from({ length: 12 }, (_, blob) => ({
    x: random(blob * 7) * SIDE,
    y: random(blob * 7 + 1) * SIDE,
    radius: 2 + random(blob * 7 + 2) * 8,
    colour: [3, 4, 5].map((place) => 200 * (random(blob * 7 + place) - 0.5)),
  }));
  const pixels = new Uint8Array(SIZE);
  for (let channel = 0; channel < 3; channel++) {
    for (let at = 0; at < SIDE * SIDE; at++) {
      const [x, y] = [at % SIDE, Math.floor(at / SIDE)];
      let value = 120;
      for (const blob of blobs) {
        const distance = ((x - blob.x) ** 2 + (y - blob.y) ** 2) / blob.radius ** 2;
        value += blob.colour[channel] * Math.exp(-distance);
      }
      pixels[channel * SIDE * SIDE + at] = Math.max(0, Math.min(255, value));
    }
  }
  return pixels;
}

function darkened(pixels: Uint8Array): Uint8Array {
  return pixels.map((value) => 0.6 * value + 10);
}

/** Each pixel the mean of those around it. */
function blurred(pixels: Uint8Array): Uint8Array {
  return pixels.map((_, at) => {
    const [plane, x, y] = [Math.floor(at / SIDE ** 2) * SIDE ** 2, at % SIDE, Math.floor((at % SIDE ** 2) / SIDE)];
    let sum = 0;
    let count = 0;
    for (let row = Math.max(0, y - 1); row <= Math.min(SIDE - 1, y + 1); row++) {
      for (let column = Math.max(0, x - 1); column <= Math.min(SIDE - 1, x + 1); column++, count++) {
        sum += pixels[plane + row * SIDE + column];
      }
    }
    return sum / count;
  });
}

function noisy(pixels: Uint8Array, seed: number): Uint8Array {
  return pixels.map((value, at) => {
    return Math.max(0, Math.min(255, value + 24 * (uniformAt(1000 + seed, at) - 0.5)));
  });
}

interface Given {
  pixels: Uint8Array;
  content?: string;
  split?: 'train' | 'test';
  label?: number | number[];
}

function describedImages(given: readonly Given[]): DescribedImages {
  const features = new Uint8Array(given.length * FEATURE_BYTES);
  given.forEach(({ pixels }, index) => {
    describeImage(pixels, IMAGE, features.subarray(index * FEATURE_BYTES, (index + 1) * FEATURE_BYTES));
  });
  return {
    count: given.length,
    image: IMAGE,
    features,
    contents: given.map(({ content }, index) => content ?? `content ${index}`),
    splits: given.map(({ split }) => split ?? 'train'),
    labels: given.map(({ label }) => label ?? 0),
    name: String,
    width: () => SIDE,
    height: () => SIDE,
    readPixels(indices, out) {
      for (let place = 0; place < indices.length; place++) out.set(given[indices[place]].pixels, place * SIZE);
    },
  };
}

const PICTURES = Array.from({ length: 300 }, (_, seed) => ({ pixels: drawPicture(seed) }));

describe('near duplicates', () => {
  it('are not found where there are none', async () => {
    expect(await findDuplicates(describedImages(PICTURES))).toEqual({ exact: [], near: [] });
  });

  it('are found whether darkened, blurred, noisy or all of it, and nothing else is', async () => {
    const changes = [darkened, blurred, (pixels: Uint8Array) => noisy(pixels, 3)];
    changes.push((pixels) => noisy(darkened(blurred(pixels)), 4));
    const copies = Array.from({ length: 40 }, (_, place): Given => {
      return { pixels: changes[place % 4](PICTURES[7 * place].pixels), split: 'test' };
    });
    const { near } = await findDuplicates(describedImages([...PICTURES, ...copies]));
    expect(near.map(({ first, second }) => [first, second])).toEqual(
      copies.map((_, place) => [7 * place, 300 + place]),
    );
    expect(near.every(({ crossesSplits, crossesLabels }) => crossesSplits && !crossesLabels)).toBe(true);
    expect(Math.max(...near.map(({ distance }) => distance))).toBeLessThan(0.2);
  });

  it('are found in a handful of images too, several of one picture', async () => {
    const [{ pixels }, ...others] = PICTURES.slice(0, 8);
    const given = [{ pixels }, { pixels: darkened(pixels) }, { pixels: blurred(pixels) }, ...others];
    const { near } = await findDuplicates(describedImages(given));
    expect(near.map(({ first, second }) => [first, second])).toEqual([
      [0, 1],
      [0, 2],
      [1, 2],
    ]);
  });

  it('are of the same colours', async () => {
    const turned = PICTURES.slice(0, 20).map(({ pixels }) => {
      const plane = SIDE * SIDE;
      const pictures = new Uint8Array(SIZE);
      // Grey, being the mean, stays the same.
      for (let channel = 0; channel < 3; channel++) {
        const from = ((channel + 1) % 3) * plane;
        pictures.set(pixels.subarray(from, from + plane), channel * plane);
      }
      return { pixels: pictures };
    });
    const { near } = await findDuplicates(describedImages([...PICTURES, ...turned]));
    expect(near).toEqual([]);
  });

  it('are not looked for among images that show nothing', async () => {
    const flat = Array.from({ length: 30 }, (_, shade) => ({ pixels: new Uint8Array(SIZE).fill(shade) }));
    expect((await findDuplicates(describedImages([...flat, ...PICTURES.slice(0, 3)]))).near).toEqual([]);
  });

  it.each([0, 1, 2])('may be looked for in %i images', async (count) => {
    expect(await findDuplicates(describedImages(PICTURES.slice(0, count)))).toEqual({ exact: [], near: [] });
  });
});

describe('exact duplicates', () => {
  it('are groups of one content, with what they cross', async () => {
    const [a, b, c] = PICTURES;
    const given: Given[] = [
      { ...a, content: 'a', label: [0, 2] },
      { ...b, content: 'b', label: [1] },
      { ...a, content: 'a', label: [0, 2], split: 'test' },
      { ...c, content: 'c', label: [1] },
      { ...b, content: 'b', label: [0, 1] },
    ];
    const { exact, near } = await findDuplicates(describedImages(given));
    expect(exact).toEqual([
      { members: [0, 2], crossesSplits: true, crossesLabels: false },
      { members: [1, 4], crossesSplits: false, crossesLabels: true },
    ]);
    expect(near).toEqual([]);
  });

  it('are counted with what is nearly the same as one of them', async () => {
    const given: Given[] = [
      ...PICTURES,
      { pixels: PICTURES[0].pixels, content: 'content 0', split: 'test' },
      { pixels: darkened(PICTURES[0].pixels), label: 1 },
    ];
    const { near } = await findDuplicates(describedImages(given));
    expect(near).toMatchObject([{ first: 0, second: 301, crossesSplits: true, crossesLabels: true }]);
  });
});
