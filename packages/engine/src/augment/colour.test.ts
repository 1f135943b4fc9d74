import { type CustomAugmentation, type ImageSize, resolveAugmentation } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { createAugmenter } from './augmenter.js';
import { Draws } from './draws.js';
import { applyTint, fillTint } from './tint.js';
import { meanGreyOf } from './tone.js';

const COUNT = 300;

function resolved(options: CustomAugmentation) {
  const augmentation = resolveAugmentation(options);
  if (augmentation === null) throw new Error('nothing was asked for');
  return augmentation;
}

function drawn(options: CustomAugmentation, source: number[], channels: ImageSize['channels'] = 1): number[][] {
  const augment = createAugmenter({ width: source.length / channels, height: 1, channels }, resolved(options));
  return Array.from({ length: COUNT }, (_, index) => {
    const out = new Uint8Array(source.length);
    augment(Uint8Array.from(source), out, { seed: 1, epoch: 1, index });
    return [...out];
  });
}

function range(values: readonly number[]): [number, number] {
  return [Math.min(...values), Math.max(...values)];
}

/** Of 0 to 1, red first. */
const rgb = (values: readonly number[]) => values.map((value) => Math.round(value * 255));

describe('brightness', () => {
  it('multiplies all pixels by the same number, and stops at white', () => {
    const images = drawn({ brightness: 0.5 }, [0, 100, 200]);
    const [least, most] = range(images.map(([, grey]) => grey));
    expect([least >= 50, least < 53, most <= 150, most > 147]).toEqual([true, true, true, true]);
    for (const [black, grey, light] of images) {
      expect(black).toBe(0);
      expect(Math.abs(light - Math.min(255, 2 * grey))).toBeLessThanOrEqual(1);
    }
  });
});

describe('contrast', () => {
  it('draws pixels from the mean grey, or to it', () => {
    const images = drawn({ contrast: 0.5 }, [60, 100, 140]);
    for (const [dark, middle, light] of images) {
      expect(middle).toBe(100);
      expect(Math.abs(light - 100 - (100 - dark))).toBeLessThanOrEqual(1);
    }
    const [least, most] = range(images.map(([, , light]) => light));
    expect([least >= 120, least < 122, most <= 160, most > 158]).toEqual([true, true, true, true]);
  });

  it('has the mean of luminous parts in colour images', () => {
    const pixels = Uint8Array.from([200, 100, 10, 30, 0, 250]);
    const grey = (0.299 * 300 + 0.587 * 40 + 0.114 * 250) / 2;
    expect(meanGreyOf(pixels, { width: 2, height: 1, channels: 3 })).toBeCloseTo(grey, 10);
  });
});

describe('saturation', () => {
  it('is a blend with the grey image', () => {
    const source = [200, 100, 50];
    const grey = 0.299 * 200 + 0.587 * 100 + 0.114 * 50;
    const shares = drawn({ saturation: 0.4 }, source, 3).map(([red, green, blue]) => {
      const share = (red - grey) / (200 - grey);
      expect(Math.abs(grey + share * (100 - grey) - green)).toBeLessThan(1.1);
      expect(Math.abs(grey + share * (50 - grey) - blue)).toBeLessThan(1.6);
      return share;
    });
    const [least, most] = range(shares);
    expect([least > 0.58, least < 0.63, most < 1.42, most > 1.37]).toEqual([true, true, true, true]);
  });

  it('leaves grey images alone', () => {
    expect(drawn({ saturation: 0.5, hue: 0.5 }, [7, 7, 7, 250, 250, 250].sort(), 1)[0]).toEqual(
      [7, 7, 7, 250, 250, 250].sort(),
    );
    for (const image of drawn({ saturation: 0.5, hue: 0.5 }, [90, 255, 90, 255, 90, 255], 3)) {
      expect(image).toEqual([90, 255, 90, 255, 90, 255]);
    }
  });
});

describe('hue', () => {
  const one: ImageSize = { width: 1, height: 1, channels: 3 };

  /** A pixel turned by a part of the circle. */
  function turned(pixel: number[], part: number): number[] {
    const tint = new Int32Array(9);
    const draws = new Draws({ seed: 0, epoch: 0, index: 0 });
    draws.around = (draw) => (draw === 'hue' ? part : 0);
    fillTint(tint, resolved({ hue: 0.5 }), draws);
    const out = Uint8Array.from(pixel);
    applyTint(out, one, tint);
    return [...out];
  }

  it('turned by half a circle is the complementary colour of the same brightness', () => {
    const pixel = rgb([0.5, 0.4, 0.3]);
    const grey = 0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2];
    turned(pixel, 0.5).forEach((value, channel) => {
      expect(Math.abs(value - (2 * grey - pixel[channel]))).toBeLessThanOrEqual(1);
    });
  });

  it('keeps brightness, and comes back after the whole circle', () => {
    const pixel = rgb([0.55, 0.45, 0.5]);
    const grey = (values: number[]) => 0.299 * values[0] + 0.587 * values[1] + 0.114 * values[2];
    for (const part of [0.1, 0.25, 0.4]) expect(Math.abs(grey(turned(pixel, part)) - grey(pixel))).toBeLessThan(1);
    expect(turned(pixel, 1)).toEqual(pixel);
    expect(turned(turned(pixel, 0.25), -0.25).map((value, i) => Math.abs(value - pixel[i]) <= 1)).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('goes from red to green to blue', () => {
    const strongest = (values: number[]) => values.indexOf(Math.max(...values));
    const reddish = rgb([0.55, 0.45, 0.45]);
    expect([0, 1 / 3, 2 / 3].map((part) => strongest(turned(reddish, part)))).toEqual([0, 1, 2]);
  });
});
