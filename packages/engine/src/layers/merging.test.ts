import { describe, expect, it } from 'vitest';
import { type LayerType, layerDefinition } from './index.js';
import { type FeatureShape, LayerError } from './layer.js';

function image(height: number, width: number, channels: number): FeatureShape {
  return { kind: 'image', height, width, channels };
}

function vector(units: number, of?: readonly [number, number, number]): FeatureShape {
  if (!of) return { kind: 'vector', units };
  const [height, width, channels] = of;
  return { kind: 'vector', units, image: { kind: 'image', height, width, channels } };
}

function outputOf(type: LayerType, inputs: readonly FeatureShape[], args: object = {}): FeatureShape {
  return layerDefinition(type).plan(args, inputs, { classes: 3 }).output;
}

function refusalOf(type: LayerType, inputs: readonly FeatureShape[], args: object = {}): string {
  try {
    outputOf(type, inputs, args);
  } catch (error) {
    if (error instanceof LayerError) return `${error.argument}: ${error.message}`;
    throw error;
  }
  throw new Error('the layer was planned');
}

const MERGES = ['add', 'multiply', 'average', 'maximum'] as const;

describe.each(MERGES)('%s', (type) => {
  it.each([
    { inputs: [image(4, 5, 3), image(4, 5, 3)], output: image(4, 5, 3) },
    { inputs: [image(1, 1, 3), image(4, 5, 3)], output: image(4, 5, 3) },
    { inputs: [image(4, 5, 1), image(4, 5, 3), image(1, 5, 1)], output: image(4, 5, 3) },
    { inputs: [image(4, 5, 3), vector(3)], output: image(4, 5, 3) },
    { inputs: [vector(7), vector(7), vector(7)], output: vector(7) },
    { inputs: [vector(1), vector(7)], output: vector(7) },
    { inputs: [vector(24, [2, 3, 4]), vector(24, [2, 3, 4])], output: vector(24, [2, 3, 4]) },
    { inputs: [vector(24, [2, 3, 4]), vector(24, [4, 3, 2])], output: vector(24) },
    { inputs: [vector(24), vector(24, [4, 3, 2])], output: vector(24) },
  ])('of $inputs has the shape $output', ({ inputs, output }) => {
    expect(outputOf(type, inputs)).toEqual(output);
  });

  it.each([
    [image(4, 5, 3), image(4, 5, 2)],
    [image(4, 5, 3), image(2, 5, 3)],
    [image(4, 5, 3), vector(60)],
    [vector(3), vector(4)],
  ])('refuses %j and %j', (...inputs) => {
    expect(refusalOf(type, inputs)).toMatch(
      new RegExp(`^inputs: ${type} expected inputs of one shape.*; received an? `),
    );
  });
});

describe('subtract', () => {
  it('takes two inputs, no more', () => {
    expect(outputOf('subtract', [vector(3), vector(3)])).toEqual(vector(3));
    expect(refusalOf('subtract', [vector(3), vector(3), vector(3)])).toBe('inputs: expected 2 layers; received 3');
  });
});

describe('concatenate', () => {
  it.each([
    { axis: -1, inputs: [image(4, 5, 3), image(4, 5, 1)], output: image(4, 5, 4) },
    { axis: 3, inputs: [image(4, 5, 3), image(4, 5, 1)], output: image(4, 5, 4) },
    { axis: 1, inputs: [image(4, 5, 3), image(2, 5, 3), image(1, 5, 3)], output: image(7, 5, 3) },
    { axis: -2, inputs: [image(4, 5, 3), image(4, 2, 3)], output: image(4, 7, 3) },
    { axis: -1, inputs: [vector(3), vector(4)], output: vector(7) },
    { axis: 1, inputs: [vector(24, [2, 3, 4]), vector(24, [2, 3, 4])], output: vector(48) },
  ])('of $inputs along axis $axis has the shape $output', ({ axis, inputs, output }) => {
    expect(outputOf('concatenate', inputs, { axis })).toEqual(output);
  });

  it.each([
    [-1, [image(4, 5, 3), image(4, 4, 3)], 'inputs: concatenate expected images of the same height and width'],
    [1, [image(4, 5, 3), image(4, 5, 2)], 'inputs: concatenate expected images of the same width and channels'],
    [-1, [image(4, 5, 3), vector(3)], 'inputs: concatenate expected images alone, or vectors alone'],
    [2, [vector(3), vector(3)], 'axis: expected -1, the units of vectors; received 2'],
    [0, [image(4, 5, 3), image(4, 5, 3)], 'axis: expected -1, 1, 2 or 3; received 0, the batch'],
  ])('along axis %i refuses %j', (axis, inputs, message) => {
    expect(refusalOf('concatenate', inputs, { axis })).toContain(message);
  });
});
