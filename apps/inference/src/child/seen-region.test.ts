import { decodeImage } from '@trainyard/datasets';
import { encodePng } from '@trainyard/pictures';
import { describe, expect, it } from 'vitest';
import { seenRegion } from './seen-region.js';

const SIZES = [
  { width: 80, height: 40 },
  { width: 33, height: 90 },
  { width: 60, height: 60 },
];
const MODELS = [
  { width: 32, height: 32 },
  { width: 40, height: 24 },
];

/** A dark image with a bright square around a point. */
function spotted({ width, height }: { width: number; height: number }, x: number, y: number): Uint8Array {
  const pixels = Uint8Array.from({ length: width * height }, (_, i) =>
    Math.abs((i % width) + 0.5 - x) < 5 && Math.abs(Math.floor(i / width) + 0.5 - y) < 5 ? 255 : 0,
  );
  return encodePng(pixels, { width, height, channels: 1 });
}

/** The middle of what is bright. */
function middleOf(pixels: Uint8Array, width: number): { x: number; y: number } {
  let [sum, x, y] = [0, 0, 0];
  pixels.forEach((value, i) => {
    sum += value;
    x += value * ((i % width) + 0.5);
    y += value * (Math.floor(i / width) + 0.5);
  });
  return { x: x / sum, y: y / sum };
}

describe('seenRegion', () => {
  const cases = SIZES.flatMap((size) =>
    MODELS.flatMap((model) =>
      (['cover', 'contain', 'fill'] as const).map((fit) => ({ size, model: { ...model, fit } })),
    ),
  );

  it.each(cases)('is where decoding takes $size from for $model', async ({ size, model }) => {
    const region = seenRegion(size, model);
    for (const [across, down] of [
      [0.5, 0.5],
      [0.3, 0.65],
    ]) {
      const point = { x: region.x + across * region.width, y: region.y + down * region.height };
      if (point.x < 6 || point.y < 6 || point.x > size.width - 6 || point.y > size.height - 6) continue;
      const pixels = await decodeImage(spotted(size, point.x, point.y), { ...model, channels: 1 });
      const found = middleOf(pixels, model.width);
      expect(Math.abs(found.x - across * model.width)).toBeLessThan(1);
      expect(Math.abs(found.y - down * model.height)).toBeLessThan(1);
    }
  });

  it('is the whole image where that has the shape of the model', () => {
    for (const fit of ['cover', 'contain', 'fill'] as const) {
      const region = seenRegion({ width: 64, height: 64 }, { width: 32, height: 32, fit });
      expect(region).toEqual({ x: 0, y: 0, width: 64, height: 64 });
    }
  });
});
