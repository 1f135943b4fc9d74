import { type CustomAugmentation, type ImageSize, resolveAugmentation } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { augmentImage, createAugmenter } from './augmenter.js';

const IMAGE: ImageSize = { width: 8, height: 6, channels: 3 };
const BYTES = 8 * 6 * 3;
const source = Uint8Array.from({ length: BYTES }, (_, i) => (i * 37 + 11) % 256);

function resolved(options: CustomAugmentation) {
  const augmentation = resolveAugmentation(options);
  if (augmentation === null) throw new Error('nothing was asked for');
  return augmentation;
}

/** The images that come of one, drawn for its number in the split. */
function drawn(options: CustomAugmentation, count: number, { image = IMAGE, from = source, seed = 3, epoch = 1 } = {}) {
  const augment = createAugmenter(image, resolved(options));
  return Array.from({ length: count }, (_, index) => {
    const out = new Uint8Array(from.length);
    augment(from, out, { seed, epoch, index });
    return out;
  });
}

const key = (image: Uint8Array) => image.join();
const differing = (images: Uint8Array[]) => new Set(images.map(key)).size;
/** The image whose pixel (x, y) is that of the source where `from` says. */
const moved = (from: (x: number, y: number) => readonly [number, number]) =>
  Uint8Array.from({ length: BYTES }, (_, i) => {
    const [x, y] = from(i % 8, Math.floor(i / 8) % 6);
    return source[Math.floor(i / 48) * 48 + y * 8 + x];
  });

const EVERYTHING: CustomAugmentation = {
  horizontal_flip: true,
  rotation: 10,
  random_crop: {},
  brightness: 0.2,
  contrast: 0.2,
  saturation: 0.2,
  hue: 0.1,
  erasing: {},
  gaussian_noise: 0.1,
};

describe('what is drawn', () => {
  it('depends on seed, epoch and number, and on nothing before', () => {
    const images = drawn(EVERYTHING, 20);
    expect(differing(images)).toBe(20);
    expect(drawn(EVERYTHING, 20)).toEqual(images);
    const alone = new Uint8Array(BYTES);
    augmentImage(source, alone, IMAGE, resolved(EVERYTHING), { seed: 3, epoch: 1, index: 13 });
    expect(alone).toEqual(images[13]);
    for (const other of [drawn(EVERYTHING, 20, { seed: 4 }), drawn(EVERYTHING, 20, { epoch: 2 })]) {
      expect(differing([...images, ...other])).toBe(40);
    }
  });

  it('is the same for one option, whatever the others are', () => {
    const flips = drawn({ horizontal_flip: true }, 50).map((image) => image[0] === source[0]);
    const grey = Uint8Array.from(source, (_, i) => (i % 8 < 4 ? 50 : 200));
    const both = drawn({ horizontal_flip: true, brightness: 0.1, gaussian_noise: 0.01 }, 50, { from: grey });
    expect(both.map((image) => image[0] < 125)).toEqual(flips);
  });

  it('leaves the image as it is where all is off', () => {
    expect(drawn({}, 3)).toEqual([source, source, source]);
    expect(drawn({ erasing: { probability: 0 }, zoom: [1, 1], mixup: {} }, 1)).toEqual([source]);
  });

  it('never changes the source', () => {
    const before = source.slice();
    drawn(EVERYTHING, 5);
    expect(source).toEqual(before);
  });
});

describe('flips', () => {
  it.each([
    ['horizontal_flip', moved((x, y) => [7 - x, y])],
    ['vertical_flip', moved((x, y) => [x, 5 - y])],
  ] as const)('%s mirrors every other image', (option, mirrored) => {
    const images = drawn({ [option]: true }, 400).map(key);
    const flipped = images.filter((image) => image === key(mirrored)).length;
    expect(images.filter((image) => image === key(source)).length).toBe(400 - flipped);
    expect(Math.abs(flipped - 200)).toBeLessThan(50);
  });
});

describe('shifts', () => {
  const inside = (i: number, size: number) => Math.min(size - 1, Math.max(0, i));
  const shifted = (dx: number, dy: number) => key(moved((x, y) => [inside(x - dx, 8), inside(y - dy, 6)]));

  it('by random_crop are all those of whole pixels within the border', () => {
    const images = drawn({ random_crop: { padding: 0.25 }, fill: 'edge' }, 600).map(key);
    const possible = [-2, -1, 0, 1, 2].flatMap((dx) => [-2, -1, 0, 1, 2].map((dy) => shifted(dx, dy)));
    expect([...new Set(images)].sort()).toEqual([...possible].sort());
  });

  it('by translation have an amount for each side', () => {
    const images = drawn({ translation: [0.125, 0], fill: 'edge' }, 200).map(key);
    expect([...new Set(images)].sort()).toEqual([shifted(-1, 0), shifted(0, 0), shifted(1, 0)].sort());
  });

  it('bring in black from each side', () => {
    const white = new Uint8Array(BYTES).fill(255);
    const images = drawn({ translation: 0.25, fill: 'constant' }, 300, { from: white });
    const expected = [-2, -1, 0, 1, 2].flatMap((dx) =>
      [-2, -1, 0, 1, 2].map((dy) =>
        key(white.map((_, i) => (((i % 8) - dx) >>> 0 < 8 && ((Math.floor(i / 8) % 6) - dy) >>> 0 < 6 ? 255 : 0))),
      ),
    );
    expect([...new Set(images.map(key))].sort()).toEqual([...expected].sort());
  });
});

describe('rotation, zoom and shear', () => {
  const bright: ImageSize = { width: 33, height: 33, channels: 1 };
  /** A white square in the middle. */
  const square = Uint8Array.from({ length: 33 * 33 }, (_, i) =>
    Math.abs((i % 33) - 16) <= 6 && Math.abs(Math.floor(i / 33) - 16) <= 6 ? 255 : 0,
  );
  const squares = (options: CustomAugmentation) =>
    drawn({ fill: 'constant', ...options }, 60, { image: bright, from: square });
  const areaOf = (image: Uint8Array) => image.reduce((sum, value) => sum + value, 0) / 255;

  it.each<[string, CustomAugmentation]>([
    ['rotation', { rotation: 90 }],
    ['shear', { shear: 20 }],
  ])('%s keeps areas', (_, options) => {
    const images = squares(options);
    for (const image of images) expect(Math.abs(areaOf(image) - 169)).toBeLessThan(3);
    expect(differing(images)).toBeGreaterThan(50);
  });

  it('zoom multiplies sides', () => {
    const sides = squares({ zoom: [0.5, 2] }).map((image) => Math.sqrt(areaOf(image)) / 13);
    expect(Math.min(...sides)).toBeGreaterThan(0.48);
    expect(Math.min(...sides)).toBeLessThan(0.6);
    expect(Math.max(...sides)).toBeLessThan(2.05);
    expect(Math.max(...sides)).toBeGreaterThan(1.85);
  });
});

describe('augmentImage', () => {
  it('refuses memory of another size', () => {
    const place = { seed: 0, epoch: 1, index: 0 };
    const short = () => augmentImage(source, new Uint8Array(5), IMAGE, resolved({}), place);
    expect(short).toThrow('expected two images of 144 bytes; received 144 and 5');
  });
});
