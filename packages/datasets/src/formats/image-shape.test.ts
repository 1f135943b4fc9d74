import { describe, expect, it } from 'vitest';
import { flatImageShape, itemShape } from './image-shape.js';

describe('the shape of a row of numbers', () => {
  it.each([
    [784, {}, '', { width: 28, height: 28, channels: 1 }],
    [3072, {}, '', { width: 32, height: 32, channels: 3 }],
    [12, {}, '', { width: 2, height: 2, channels: 3 }],
    [12, { width: 4, height: 3 }, '', { width: 4, height: 3, channels: 1 }],
    [36, { width: 4, height: 3 }, '', { width: 4, height: 3, channels: 3 }],
    [784, { width: 32, height: 32 }, '', { width: 28, height: 28, channels: 1 }],
    [12, {}, '3x4', { width: 4, height: 3, channels: 1 }],
    [12, {}, 'pixel2x3', { width: 4, height: 3, channels: 1 }],
  ])('of %i with %j and "%s"', (count, options, name, shape) => {
    expect(flatImageShape(count, options, name)).toEqual(shape);
  });

  it.each([0, 2, 785])('is refused for %i', (count) => {
    expect(() => flatImageShape(count)).toThrow(/Say in options.image/);
  });
});

describe('the shape of an array', () => {
  it('has channels last where it could be either', () => {
    expect(itemShape([3, 5, 3])).toEqual({ height: 3, width: 5, channels: 3, isPlanar: false });
    expect(itemShape([3, 5, 7])).toEqual({ height: 5, width: 7, channels: 3, isPlanar: true });
    expect(itemShape([5, 7])).toEqual({ height: 5, width: 7, channels: 1, isPlanar: false });
    expect(itemShape([5, 7, 4])).toBeNull();
    expect(itemShape([1, 5, 7, 3])).toBeNull();
  });
});
