import { describe, expect, it } from 'vitest';
import { parseModelSpec } from '../spec/parse.js';
import { buildModel } from './build.js';
import { IMAGE } from './model.js';
import { usedPixels } from './used-pixels.js';

/** Sides of what is used, by the names of the layers; of square images. */
function usedSides(side: number, layers: readonly object[]): Record<string, number> {
  const end = [{ type: 'flatten' }, { type: 'dense', units: 'classes', activation: 'softmax' }];
  const spec = parseModelSpec({ layers: [...layers, ...end] });
  const model = buildModel(spec, { image: { width: side, height: side, channels: 3 }, classes: 2 });
  const found = [...usedPixels(model)].map(([place, { height, width }]) => {
    expect(height).toBe(width);
    return [place === IMAGE ? 'image' : model.layers[place].spec.name, height] as const;
  });
  return Object.fromEntries(found.reverse());
}

const conv = (name: string, more: object = {}) => ({ type: 'conv2d', name, filters: 4, kernel_size: 3, ...more });
const pool = (name: string, more: object = {}) => ({ type: 'max_pooling2d', name, ...more });
const same = { padding: 'same' };

describe('the pixels that are used', () => {
  it('are fewer down to the image, where each layer gives a part of what it could', () => {
    expect(usedSides(64, [conv('a'), pool('b'), conv('c'), pool('d')])).toEqual({ image: 62, a: 60, b: 30, c: 28 });
  });

  it('are all where the windows leave nothing out', () => {
    expect(usedSides(10, [conv('a'), pool('b')])).toEqual({});
    expect(usedSides(9, [conv('a', same), pool('b', same)])).toEqual({});
  });

  it('end at a layer whose zeros at the border make up for them', () => {
    expect(usedSides(7, [conv('a', same), pool('b')])).toEqual({ a: 6 });
    expect(usedSides(9, [conv('a', { ...same, strides: 2 }), pool('b')])).toEqual({ image: 8, a: 4 });
  });

  it('are all of a layer that takes everything, or draws for everything', () => {
    const normalized = [conv('a', { activation: 'linear' }), { type: 'batch_normalization' }, pool('b')];
    expect(usedSides(9, normalized)).toEqual({});
    expect(usedSides(9, [conv('a'), { type: 'dropout', rate: 0.5 }, pool('b')])).toEqual({});
  });

  it('are all of what another layer uses as well', () => {
    const branches = [
      conv('a', same),
      pool('b', { inputs: ['a'] }),
      pool('c', { inputs: ['a'], strides: 2, pool_size: 1 }),
      {
        type: 'cropping2d',
        name: 'd',
        cropping: [
          [0, 1],
          [0, 1],
        ],
        inputs: ['c'],
      },
      { type: 'add', name: 'e', inputs: ['b', 'd'] },
    ];
    expect(usedSides(7, branches)).toEqual({});
  });
});
