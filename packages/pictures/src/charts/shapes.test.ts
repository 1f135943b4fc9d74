import { describe, expect, it } from 'vitest';
import { Canvas } from '../canvas.js';
import { clipSegment } from './clip-segment.js';
import { drawArea, drawLine, type Point } from './shapes.js';
import { thinLine } from './thin-line.js';

const BOX = { x: 10, y: 10, width: 80, height: 40 };

function drawn(draw: (canvas: Canvas) => void): (x: number, y: number) => number {
  const canvas = new Canvas(100, 60, [255, 255, 255]);
  draw(canvas);
  return (x, y) => canvas.pixels[3 * (y * 100 + x)];
}

describe('drawLine', () => {
  const pen = { colour: [0, 0, 0], width: 4 } as const;

  it('covers what it passes and nothing else', () => {
    const at = drawn((canvas) =>
      drawLine(
        canvas,
        [
          [20, 30],
          [80, 30],
        ],
        pen,
        BOX,
      ),
    );
    for (const x of [20, 50, 79]) expect(at(x, 30)).toBe(0);
    expect(at(50, 33)).toBe(255);
    expect(at(85, 30)).toBe(255);
  });

  it('stays in its box, however far its ends are away', () => {
    const at = drawn((canvas) =>
      drawLine(
        canvas,
        [
          [50, -1e9],
          [50, 1e9],
        ],
        pen,
        BOX,
      ),
    );
    expect(at(50, 30)).toBe(0);
    expect(at(50, 9)).toBe(255);
    expect(at(50, 51)).toBe(255);
  });

  it('has gaps where it is dashed, and where a value is missing', () => {
    const dashed = drawn((canvas) =>
      drawLine(
        canvas,
        [
          [10, 30],
          [90, 30],
        ],
        { ...pen, dash: [10, 20] },
        BOX,
      ),
    );
    expect([14, 30, 44, 60].map((x) => dashed(x, 30))).toEqual([0, 255, 0, 255]);
    const points: Point[] = [
      [20, 30],
      [30, 30],
      [40, Number.NaN],
      [50, 30],
      [60, 30],
    ];
    const broken = drawn((canvas) => drawLine(canvas, points, pen, BOX));
    expect([25, 40, 55].map((x) => broken(x, 30))).toEqual([0, 255, 0]);
  });
});

describe('drawArea', () => {
  it('fills between a line and its base', () => {
    const style = { colour: [0, 0, 0], cover: 1 } as const;
    const at = drawn((canvas) =>
      drawArea(
        canvas,
        [
          [10, 50],
          [90, 10],
        ],
        50,
        style,
        BOX,
      ),
    );
    expect(at(80, 45)).toBe(0);
    expect(at(20, 20)).toBe(255);
    expect(at(80, 52)).toBe(255);
  });
});

describe('clipSegment', () => {
  it('gives the part in the box, or nothing', () => {
    expect(clipSegment([0, 30, 200, 30], BOX, 0)).toEqual([10, 30, 90, 30]);
    expect(clipSegment([0, 0, 200, 5], BOX, 0)).toBeNull();
    expect(clipSegment([20, 20, 20, 20], BOX, 0)).toEqual([20, 20, 20, 20]);
  });
});

describe('thinLine', () => {
  it('keeps the extremes of each column of pixels', () => {
    const points = Array.from({ length: 1000 }, (_, i): Point => [i / 100, i === 555 ? 99 : i % 7]);
    const kept = thinLine(points);
    expect(kept.length).toBeLessThanOrEqual(40);
    expect(kept).toContainEqual([5.55, 99]);
    expect([kept[0], kept.at(-1)]).toEqual([points[0], points[999]]);
    expect(thinLine(points.slice(0, 4))).toEqual(points.slice(0, 4));
  });
});
