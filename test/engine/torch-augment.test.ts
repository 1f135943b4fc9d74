// Images that are moved come out as PyTorch's grid_sample has them, to less than a level of their 256.
import type { Fill } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { allocatePlaces, copyPixels } from '../../packages/engine/src/augment/copy.js';
import { type Movement, mappingOf } from '../../packages/engine/src/augment/geometry.js';
import { resample } from '../../packages/engine/src/augment/resample.js';
import { IDENTITY } from '../../packages/engine/src/augment/tone.js';
import { oracleImages } from './oracle-generator.js';
import stored from './oracles/torch-augment.json' with { type: 'json' };

/** Half a level is lost when levels are made whole; weights of ten bits lose up to a quarter more. */
const TOLERANCE = 0.75;
const CLASSES = 10;

const cases = stored.cases.map(({ shape, movement, fill, ...rest }) => {
  const [, channels, height, width] = shape;
  return {
    ...rest,
    image: { width, height, channels: channels === 1 ? (1 as const) : (3 as const) },
    source: oracleImages(stored.seed, shape, CLASSES),
    movement: movement as Movement,
    fill: fill as Fill,
  };
});

const isCopy = ({ zoom, slant, angle }: Movement) => zoom === 1 && slant === 0 && angle === 0;

function largestError(values: Uint8Array, expected: readonly number[]): number {
  return Math.max(...expected.map((value, i) => Math.abs(value - values[i])));
}

describe('images that are sampled anew', () => {
  it.each(cases)('$name', ({ image, source, movement, fill, output }) => {
    const out = new Uint8Array(source.length);
    resample(source, out, image, mappingOf(movement, image), { fill, table: IDENTITY });
    expect(largestError(out, output)).toBeLessThan(TOLERANCE);
    expect(output).not.toEqual([...source]);
  });
});

describe('images whose pixels are copied', () => {
  it.each(cases.filter(({ movement }) => isCopy(movement)))('$name', ({ image, source, movement, fill, output }) => {
    const out = new Uint8Array(source.length);
    const places = allocatePlaces(image);
    copyPixels(source, out, image, mappingOf(movement, image), { fill, table: IDENTITY, places });
    expect([...out]).toEqual(output.map(Math.round));
  });
});
