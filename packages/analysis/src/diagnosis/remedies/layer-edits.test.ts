import { describe, expect, it } from 'vitest';
import type { ModelSpec } from '../facts.js';
import {
  deepened,
  widened,
  withActivation,
  withDropout,
  withoutRegularization,
  withUsualInitializers,
} from './layer-edits.js';

const SPEC: ModelSpec = {
  layers: [
    { type: 'conv2d', name: 'conv', filters: 4, activation: { type: 'relu' }, kernel_initializer: 'zeros' },
    { type: 'relu', name: 'act', inputs: ['conv'] },
    {
      type: 'dense',
      name: 'hidden',
      units: 6,
      activation: 'tanh',
      kernel_regularizer: 'l2',
      kernel_initializer: 'ones',
    },
    { type: 'dense', name: 'out', units: 'classes', activation: 'softmax', kernel_initializer: 'zeros' },
  ],
};

const layer = (spec: ModelSpec, name: string) => spec.layers.find((each) => each.name === name);

describe('a specification', () => {
  it('gets dropout in front of its last layer, and more where it has some', () => {
    const once = withDropout(SPEC);
    expect(once.layers.map(({ name }) => name)).toEqual(['conv', 'act', 'hidden', 'added_dropout', 'out']);
    expect(layer(withDropout(once), 'added_dropout')).toMatchObject({ rate: 0.75 });
  });

  it('keeps its wiring where layers name what feeds them', () => {
    const wired = { layers: SPEC.layers.map((each) => (each.name === 'out' ? { ...each, inputs: ['hidden'] } : each)) };
    const edited = deepened(wired, 16);
    expect(layer(edited, 'added_dense')).toMatchObject({ inputs: ['hidden'], units: 16 });
    expect(layer(edited, 'out')).toMatchObject({ inputs: ['added_dense'] });
  });

  it('grows in all layers but the last', () => {
    const wide = widened(SPEC, 4);
    expect([layer(wide, 'conv')?.filters, layer(wide, 'hidden')?.units, layer(wide, 'out')?.units]).toEqual([
      16,
      24,
      'classes',
    ]);
  });

  it('loses its penalties', () => {
    expect(layer(withoutRegularization(SPEC), 'hidden')).not.toHaveProperty('kernel_regularizer');
  });

  it('gets other activations, in layers of their own as well, but for its last', () => {
    const leaky = withActivation(SPEC, new Set(['relu', 'softmax']), 'leaky_relu');
    expect(layer(leaky, 'conv')).toMatchObject({ activation: 'leaky_relu' });
    expect(layer(leaky, 'act')).toEqual({
      type: 'activation',
      name: 'act',
      activation: 'leaky_relu',
      inputs: ['conv'],
    });
    expect(layer(leaky, 'out')).toMatchObject({ activation: 'softmax' });
  });

  it("gets He's weights in front of ReLUs and Glorot's elsewhere", () => {
    const usual = withUsualInitializers(SPEC);
    expect(['conv', 'hidden', 'out'].map((name) => layer(usual, name)?.kernel_initializer)).toEqual([
      'he_normal',
      'glorot_uniform',
      'glorot_uniform',
    ]);
  });

  it('is left as it was', () => {
    expect(SPEC.layers).toHaveLength(4);
  });
});
