// Pictures whose brightness says what they are, so that a small network learns them in no time.
import { buildZip, encodePng } from '../fixtures/index.js';
import { randomSource } from '../fixtures/random.js';

export const SIDE = 8;

export interface Shade {
  /** From 0 to 1. */
  value: number;
  png: Uint8Array;
}

/** Grey pictures; no two are the same. */
export function shades(count: number, seed: number): Shade[] {
  const random = randomSource(seed);
  return Array.from({ length: count }, () => {
    const value = random();
    const pixels = Uint8Array.from({ length: SIDE * SIDE }, () => Math.floor(value * 235 + random() * 20));
    return { value, png: encodePng({ width: SIDE, height: SIDE, channels: 1, pixels }) };
  });
}

export function className({ value }: Shade): string {
  if (value < 1 / 3) return 'dark';
  return value < 2 / 3 ? 'middle' : 'bright';
}

/** A folder for each class, by `nameOf`; null leaves a picture out. */
export function folders(pictures: readonly Shade[], nameOf: (shade: Shade, index: number) => string | null) {
  const images = pictures.flatMap((shade, index) => {
    const name = nameOf(shade, index);
    return name === null ? [] : [{ path: `${name}/${index}.png`, bytes: shade.png, store: true }];
  });
  return buildZip(images);
}

/** Pictures beside a table whose rows hold their names and what `cells` makes of them. */
export function table(pictures: readonly Shade[], header: string, cells: (shade: Shade) => string): Promise<Buffer> {
  const images = pictures.map(({ png }, index) => ({ path: `images/${index}.png`, bytes: png, store: true }));
  const rows = pictures.map((shade, index) => `${index}.png,${cells(shade)}`);
  return buildZip([...images, { path: 'table.csv', bytes: Buffer.from([header, ...rows].join('\n')) }]);
}

/** A network that sees little more than how bright a picture is. */
export const network = (activation: string, units: number | 'classes' = 'classes') => ({
  layers: [
    { type: 'average_pooling2d', pool_size: 4 },
    { type: 'flatten' },
    { type: 'dense', units: 12, activation: 'tanh' },
    { type: 'dense', units, activation },
  ],
});

export const TRAINING = { epochs: 12, batch_size: 16, optimizer: { type: 'adam', learning_rate: 0.03 } };
