import { describe, expect, it } from 'vitest';
import { Graph, type Value } from '../graph/graph.js';
import { sameShape } from '../graph/tensor-type.js';
import { parseModelSpec } from '../spec/parse.js';
import { layerDefinition } from './index.js';
import type { FeatureShape, ForwardContext } from './layer.js';

const IMAGE: FeatureShape = { kind: 'image', height: 4, width: 5, channels: 3 };
const VECTOR: FeatureShape = { kind: 'vector', units: 3 };

/** Adds the layer to a graph; gives its nodes and the statistics that it set. */
function apply(input: FeatureShape, training: boolean) {
  const [spec] = parseModelSpec({ layers: [{ type: 'batch_normalization' }] }).layers;
  const definition = layerDefinition(spec.type);
  const graph = new Graph();
  const x = graph.input('x', 'float32', input.kind === 'image' ? [2, 3, 4, 5] : [2, 3]);
  const statistics = new Map<string, Value>();
  const context: ForwardContext = {
    training,
    frozen: false,
    inputs: [input],
    plan: definition.plan(spec, [input], { classes: 3 }),
    parameter: (name) => graph.input(name, 'float32', [3]),
    setStatistic: (name, value) => statistics.set(name, value),
    rowWeights: training ? graph.input('rows', 'float32', [2]) : null,
    dropoutMask: refuse,
    noise: refuse,
  };
  const y = definition.forward(spec, [x], context);
  const overAll = graph.nodes.filter(({ outputs }) => sameShape(outputs[0].shape, x.shape)).map(({ op }) => op.type);
  return { overAll, statistics, shape: y.shape };
}

function refuse(): never {
  throw new Error('batch normalisation draws no random numbers');
}

describe('batch_normalization', () => {
  it.each([IMAGE, VECTOR])('outside training is one product and one sum over %j', (input) => {
    const { overAll, statistics } = apply(input, false);
    expect(overAll).toEqual(['Mul', 'Add']);
    expect(statistics.size).toBe(0);
  });

  it.each([
    [IMAGE, [2, 3, 4, 5]],
    [VECTOR, [2, 3]],
  ])('sets the next running statistics while training on %j', (input, shape) => {
    const applied = apply(input, true);
    expect(applied.shape).toEqual(shape);
    expect([...applied.statistics].map(([name, value]) => [name, value.shape])).toEqual([
      ['moving_mean', [3]],
      ['moving_variance', [3]],
    ]);
  });
});
