import { describe, expect, it } from 'vitest';
import { firstImages, noiseData } from './noise-data.js';

const images = { train: 5, validation: 2, test: 0 };

describe('data of noise', () => {
  it('has labels of every class, and as many numbers as there are labels or targets', () => {
    const classes = noiseData({ task: 'multiclass', outputs: 3, images }).splits;
    expect([...classes.train.labels]).toEqual([0, 1, 2, 0, 1]);
    expect(classes.test.count).toBe(0);
    const labels = noiseData({ task: 'multilabel', outputs: 4, images }).splits.train.labels;
    expect(new Set(labels)).toEqual(new Set([0, 1]));
    expect(labels).toHaveLength(20);
    const targets = noiseData({ task: 'regression', outputs: 2, images }).splits.train.labels;
    expect(targets.every((value) => value >= -1 && value <= 1)).toBe(true);
    expect(new Set(targets).size).toBeGreaterThan(5);
  });

  it('fills every pixel', () => {
    const pixels = new Uint8Array(4096);
    noiseData({ task: 'multiclass', outputs: 2, images }).splits.train.readImages([0, 1], pixels);
    expect(new Set(pixels).size).toBeGreaterThan(100);
  });
});

it('takes the first images of a split with their labels', () => {
  const { train } = noiseData({ task: 'multilabel', outputs: 4, images }).splits;
  const first = firstImages(train, 2);
  expect(first.count).toBe(2);
  expect([...first.labels]).toEqual([...train.labels].slice(0, 8));
  expect(firstImages(train, 99).count).toBe(5);
});
