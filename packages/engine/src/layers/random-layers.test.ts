import { describe, expect, it } from 'vitest';
import { Graph, type Value } from '../graph/graph.js';
import type { Shape } from '../graph/tensor-type.js';
import { type LayerType, layerDefinition } from './index.js';
import type { FeatureShape, ForwardContext } from './layer.js';

const IMAGE: FeatureShape = { kind: 'image', height: 4, width: 5, channels: 3 };
const SHAPE = [2, 3, 4, 5];

/** Adds one layer to a graph and gives what it asked the host to draw. */
function drawnBy(type: LayerType, args: object, training: boolean) {
  const graph = new Graph();
  const x = graph.input('x', 'float32', SHAPE);
  const drawn: { kind: string; rate?: number; shape: Shape }[] = [];
  const definition = layerDefinition(type);
  const context: ForwardContext = {
    training,
    frozen: false,
    inputs: [IMAGE],
    plan: definition.plan(args, [IMAGE], { classes: 3 }),
    parameter: refuse,
    setStatistic: refuse,
    rowWeights: null,
    dropoutMask(value: Value, rate: number, shape: Shape = value.shape) {
      drawn.push({ kind: 'mask', rate, shape });
      return { mask: graph.input(`mask_${drawn.length}`, 'float32', shape), scale: 2 };
    },
    noise(value: Value) {
      drawn.push({ kind: 'noise', shape: value.shape });
      return graph.input(`noise_${drawn.length}`, 'float32', value.shape);
    },
  };
  const y = definition.forward(args, [x], context);
  return { drawn, isUnchanged: y === x, shape: y.shape };
}

function refuse(): never {
  throw new Error('these layers have no weights');
}

const RANDOM = [
  { type: 'dropout', args: { rate: 0.25 }, drawn: { kind: 'mask', rate: 0.25, shape: SHAPE } },
  { type: 'spatial_dropout2d', args: { rate: 0.25 }, drawn: { kind: 'mask', rate: 0.25, shape: [2, 3, 1, 1] } },
  { type: 'gaussian_noise', args: { stddev: 0.5 }, drawn: { kind: 'noise', shape: SHAPE } },
] as const;

describe.each(RANDOM)('$type', ({ type, args, drawn }) => {
  it('draws numbers while training', () => {
    expect(drawnBy(type, args, true)).toEqual({ drawn: [drawn], isUnchanged: false, shape: SHAPE });
  });

  it('changes nothing outside training', () => {
    expect(drawnBy(type, args, false)).toEqual({ drawn: [], isUnchanged: true, shape: SHAPE });
  });

  it('draws nothing where it has nothing to do', () => {
    const nothing = Object.fromEntries(Object.keys(args).map((name) => [name, 0]));
    expect(drawnBy(type, nothing, true)).toEqual({ drawn: [], isUnchanged: true, shape: SHAPE });
  });
});
