import { describe, expect, it } from 'vitest';
import { measureMoments, momentCount, StatsSum } from './moments.js';

describe('moments of pixels', () => {
  it('come to the mean and deviation over all pixels of the images that were added, per channel', () => {
    const images = [
      [0, 255, 10, 20, 7, 7],
      [255, 255, 30, 40, 7, 7],
      [1, 2, 3, 4, 5, 6],
    ].map((pixels) => Uint8Array.from(pixels));
    const moments = new Float64Array(images.length * momentCount(3));
    images.forEach((pixels, row) => {
      measureMoments(pixels, 3, moments, row * momentCount(3));
    });
    const sum = new StatsSum(3, 2);
    for (const row of [0, 1]) sum.add(moments, row * momentCount(3));
    const { mean, std } = sum.result();
    const expected = [
      [0, 255, 255, 255],
      [10, 20, 30, 40],
      [7, 7, 7, 7],
    ].map((values) => {
      const average = values.reduce((total, value) => total + value, 0) / 4;
      return { mean: average, std: Math.sqrt(values.reduce((total, value) => total + (value - average) ** 2, 0) / 4) };
    });
    expect(mean).toEqual(expected.map((each) => expect.closeTo(each.mean / 255, 12)));
    expect(std).toEqual(expected.map((each) => expect.closeTo(each.std / 255, 12)));
  });

  it('are exact however large the image is', () => {
    const plane = 100_000;
    const planar = new Uint8Array(3 * plane).map((_, index) => (index < plane ? 255 : index % 251));
    const moments = new Float64Array(7).fill(-1);
    measureMoments(planar, 3, moments, 1);
    const sums = [0, 1, 2].flatMap((channel) => {
      const values = [...planar.subarray(channel * plane, (channel + 1) * plane)];
      return [1, 2].map((power) => values.reduce((sum, value) => sum + value ** power, 0));
    });
    expect([...moments]).toEqual([-1, ...sums]);
  });

  it('are zeros where nothing was added', () => {
    expect(new StatsSum(1, 4).result()).toEqual({ mean: [0], std: [0] });
  });
});
