import { describe, expect, it } from 'vitest';
import { parseModelSpec } from '../spec/parse.js';
import { buildModel } from './build.js';
import { freezeLayers } from './freeze.js';
import { matchWeights } from './weight-matches.js';

const image = { width: 6, height: 6, channels: 1 } as const;
const modelOf = (layers: object[], classes = 3) => buildModel(parseModelSpec({ layers }), { image, classes });

const LAYERS = [
  { type: 'conv2d', name: 'a', filters: 2, kernel_size: 3 },
  { type: 'batch_normalization', name: 'b' },
  { type: 'flatten', name: 'c' },
  { type: 'dense', name: 'd', units: 'classes' },
];

describe('matchWeights', () => {
  it('takes every layer that has weights of a model like it', () => {
    expect(matchWeights(modelOf(LAYERS), modelOf(LAYERS))).toEqual({
      matched: [
        { layer: 'a', parameters: 20 },
        { layer: 'b', parameters: 8 },
        { layer: 'd', parameters: 32 * 3 + 3 },
      ],
      unmatched: [],
      unused: [],
    });
  });

  it('says of each other layer why it is left out', () => {
    const [a, b, c, d] = LAYERS;
    const other = [{ ...a, use_bias: false }, { ...b, name: 'e' }, c, d];
    expect(matchWeights(modelOf(other, 4), modelOf(LAYERS))).toEqual({
      matched: [],
      unmatched: [
        { layer: 'a', reason: 'other_weights', detail: 'Here it has kernel; in the checkpoint bias, kernel.' },
        { layer: 'e', reason: 'not_in_checkpoint', detail: 'The checkpoint has no layer of this name.' },
        { layer: 'd', reason: 'other_shape', detail: 'Here kernel has the shape [32, 4]; in the checkpoint [32, 3].' },
      ],
      unused: ['b'],
    });
  });
});

describe('freezeLayers', () => {
  it('freezes what it is told to beside what is frozen already, and only that', () => {
    const spec = parseModelSpec({ layers: [{ ...LAYERS[0], trainable: false }, ...LAYERS.slice(1)] });
    const { parameters } = buildModel(freezeLayers(spec, new Set(['d', 'none'])), { image, classes: 3 });
    const trained = parameters
      .filter(({ trainable }) => trainable !== false)
      .map(({ layer, name }) => `${layer}/${name}`);
    expect(trained).toEqual(['b/gamma', 'b/beta']);
    expect(spec.layers.map(({ trainable }) => trainable)).toEqual([false, undefined, undefined, undefined]);
  });
});
