import { presets } from '@trainyard/engine';
import { describe, expect, it } from 'vitest';
import { activations } from '../../packages/engine/src/activations/index.js';
import { layers } from '../../packages/engine/src/layers/index.js';
import { oracle } from './oracle-curves.js';

type PostedLayer = Readonly<Record<string, unknown>>;

function withNested(posted: readonly PostedLayer[]): PostedLayer[] {
  return posted.flatMap((layer) => (Array.isArray(layer.layers) ? [layer, ...withNested(layer.layers)] : [layer]));
}

/** Name of an activation that is given by name or as an object. */
function typeOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'type' in value ? value.type : value;
}

const strict = [...new Set(oracle.curves.map(({ model }) => oracle.models[model]))];
const trained = withNested(strict.flatMap(({ spec }) => spec.layers));

describe('the trainings that are compared with PyTorch within 1e-4', () => {
  // An uploaded file is compared with onnxruntime, in test/backbones.
  it.each(Object.keys(layers).filter((type) => type !== 'onnx_backbone'))('hold the layer %s', (type) => {
    expect(trained.some((layer) => layer.type === type)).toBe(true);
  });

  it('hold a nested model', () => {
    expect(trained.some(({ type }) => type === 'sequential')).toBe(true);
  });

  it.each(Object.keys(activations))('hold the activation %s', (name) => {
    expect(trained.some(({ activation }) => typeOf(activation) === name)).toBe(true);
  });
});

describe('the models that are compared with PyTorch', () => {
  const stored = Object.entries(oracle.models).filter(([name]) => name.split(' ')[0] in presets);

  it('are the presets of today, some on smaller images or with tanh', () => {
    expect(stored.length).toBeGreaterThan(7);
    for (const [name, { spec }] of stored) {
      const preset = presets[name.split(' ')[0]].spec;
      const today = JSON.stringify(preset.layers);
      expect(spec.layers, name).toEqual(
        JSON.parse(name.endsWith('tanh') ? today.replaceAll('"relu"', '"tanh"') : today),
      );
    }
  });
});
