import { resolveLoss, resolveOptimizer } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { buildModel } from '../model/build.js';
import { freezeLayers } from '../model/freeze.js';
import { parseModelSpec } from '../spec/parse.js';
import { buildTrainStep } from './train-step.js';

const SPEC = parseModelSpec({
  layers: [
    { type: 'conv2d', name: 'a', filters: 2, kernel_size: 3, activation: 'relu' },
    { type: 'batch_normalization', name: 'b' },
    { type: 'conv2d', name: 'c', filters: 2, kernel_size: 3, activation: 'relu' },
    { type: 'flatten', name: 'd' },
    { type: 'dense', name: 'e', units: 'classes', activation: 'softmax' },
  ],
});

/** How often each operation stands in the step that trains all but these layers. */
function operations(frozen: string[]): Map<string, number> {
  const model = buildModel(freezeLayers(SPEC, new Set(frozen)), {
    image: { width: 8, height: 8, channels: 1 },
    classes: 2,
  });
  const { graph } = buildTrainStep(model, {
    batchSize: 4,
    optimizer: resolveOptimizer({ type: 'sgd' }),
    loss: resolveLoss('categorical_crossentropy'),
    preprocessing: { scale: [1], offset: [0] },
    stepsPerRun: 1,
  });
  const counts = new Map<string, number>();
  for (const { op } of graph.nodes) counts.set(op.type, (counts.get(op.type) ?? 0) + 1);
  return counts;
}

describe('a training step with frozen layers', () => {
  it.each<[string[], number, number]>([
    [[], 2, 1],
    [['a', 'b'], 1, 0],
    [['a', 'b', 'c'], 0, 0],
    // A frozen layer in the middle passes gradients on.
    [['c'], 1, 1],
  ])('goes back no further than to the first trained layer: frozen %j', (frozen, weights, inputs) => {
    const counts = operations(frozen);
    expect(counts.get('ConvWeightGradient') ?? 0).toBe(weights);
    expect(counts.get('ConvInputGradient') ?? 0).toBe(inputs);
  });

  it('takes batch statistics for trained batch normalisation alone', () => {
    expect(operations([]).get('BatchNormalization')).toBe(1);
    expect(operations(['b']).get('BatchNormalization')).toBeUndefined();
  });
});
