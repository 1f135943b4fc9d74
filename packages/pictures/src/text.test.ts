import { describe, expect, it } from 'vitest';
import { Canvas } from './canvas.js';
import { bold, drawText, fitMiddle, fitText, textWidth } from './text.js';

const STYLE = { height: 20, colour: [0, 0, 0] } as const;
const PRINTABLE = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));

/** The pixels of a text, as one string. */
function drawn(text: string): string {
  const canvas = new Canvas(200, 40, [255, 255, 255]);
  drawText(canvas, text, 10, 28, STYLE);
  return Buffer.from(canvas.pixels).toString('latin1');
}

/** How far a text reaches above its baseline. */
function highest(text: string): number {
  const canvas = new Canvas(300, 60, [255, 255, 255]);
  drawText(canvas, text, 10, 40, STYLE);
  return 40 - Math.floor(canvas.pixels.findIndex((value) => value < 128) / (3 * canvas.width));
}

describe('drawText', () => {
  it('draws each printable character of ASCII, and no two alike', () => {
    expect(new Set(PRINTABLE.map(drawn)).size).toBe(PRINTABLE.length);
  });

  it('tells letters with marks and letters without a glyph apart', () => {
    const letters = [
      'a',
      'ä',
      'á',
      'à',
      'â',
      'ã',
      'å',
      'ą',
      'i',
      'ï',
      'c',
      'ç',
      'č',
      'ж',
      '花',
      '花b',
      '猫',
      '🌹',
      '🐈',
    ];
    expect(new Set(letters.map(drawn)).size).toBe(letters.length);
  });

  it('writes Cyrillic and Greek letters, and what is made of plainer ones', () => {
    // A box with a code is as high as brackets; no letter of one word without marks is.
    for (const text of ['привет', 'яблоко', 'αλεπου', 'ﬁnn', 'µ²']) {
      expect(highest(text), text).toBeLessThan(highest('花'));
    }
    expect(drawn('１２')).toBe(drawn('12'));
    expect(textWidth('장', STYLE)).toBe(textWidth('花', STYLE));
  });

  it('stays within its width', () => {
    for (const text of ['Wq', 'class_00', '[x]', '花', 'fin']) {
      const canvas = new Canvas(300, 60, [255, 255, 255]);
      const right = drawText(canvas, text, 20, 40, STYLE);
      const dark = canvas.pixels.findIndex((value) => value < 255);
      expect(dark).toBeGreaterThan(0);
      for (let index = 0; index < canvas.pixels.length; index++) {
        if (canvas.pixels[index] > 127) continue;
        const x = Math.floor(index / 3) % canvas.width;
        expect(x).toBeGreaterThanOrEqual(19);
        expect(x).toBeLessThanOrEqual(right + 1);
      }
    }
  });

  it('cuts off what lies outside, and draws no line breaks or control characters', () => {
    const canvas = new Canvas(10, 10, [255, 255, 255]);
    expect(() => drawText(canvas, 'a\n\0\u202eb'.repeat(20), -30, 12, STYLE)).not.toThrow();
    expect(textWidth('a\n\n b', STYLE)).toBe(textWidth('a b', STYLE));
  });
});

describe('fitText', () => {
  it('leaves a text that fits, and shortens others to the width', () => {
    expect(fitText('rose', 200, STYLE)).toBe('rose');
    const short = fitText('a very long name of a class', 120, STYLE);
    expect(short).toMatch(/^a very.*…$/);
    expect(textWidth(short, STYLE)).toBeLessThanOrEqual(120);
    expect(fitText('abc', 0, STYLE)).toBe('…');
  });

  it('can keep the end', () => {
    const short = fitMiddle('train/roses/0001_a_long_name.jpg', 160, STYLE);
    expect(short).toMatch(/^t.*….*\.jpg$/);
    expect(textWidth(short, STYLE)).toBeLessThanOrEqual(160);
  });

  it('measures bold text wider', () => {
    expect(textWidth('rose', bold(STYLE))).toBeGreaterThan(textWidth('rose', STYLE));
  });
});
