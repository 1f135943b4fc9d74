import { describe, expect, it } from 'vitest';
import { Graph } from '../graph/graph.js';
import { lower } from '../lowering/lower.js';
import { parseModelSpec } from '../spec/parse.js';
import { buildModel } from './build.js';
import { forward } from './forward.js';
import { parameterName } from './parameters.js';

/** The operations that a small network of one convolution, activation and pool becomes. */
function operations(activation: unknown): string[] {
  const spec = parseModelSpec({
    layers: [
      { type: 'conv2d', filters: 2, kernel_size: 3, activation },
      { type: 'max_pooling2d' },
      { type: 'flatten' },
      { type: 'dense', units: 'classes', activation: 'softmax' },
    ],
  });
  const model = buildModel(spec, { image: { width: 8, height: 8, channels: 1 }, classes: 3 });
  const graph = new Graph();
  const images = graph.input('images', 'float32', [1, 1, 8, 8]);
  const parameters = new Map(
    model.parameters.map((parameter) => {
      const name = parameterName(parameter);
      return [name, graph.input(name, 'float32', parameter.shape)];
    }),
  );
  graph.output('logits', forward(model, images, { parameters }).logits);
  return lower(graph, {}).nodes.map(({ op }) => op.type);
}

describe('forward', () => {
  it('applies an increasing activation after the max pool, where there are fewer values', () => {
    expect(operations('relu')).toEqual(['Conv', 'MaxPool', 'Relu', 'Reshape', 'Gemm']);
    expect(operations('leaky_relu')).toEqual(['Conv', 'MaxPool', 'LeakyRelu', 'Reshape', 'Gemm']);
  });

  it('leaves any other activation where it stands', () => {
    expect(operations('silu')).toEqual(['Conv', 'Sigmoid', 'Mul', 'MaxPool', 'Reshape', 'Gemm']);
    expect(operations({ type: 'leaky_relu', negative_slope: 0 })[1]).toBe('LeakyRelu');
  });

  it('gives logits without the softmax of the last layer', () => {
    expect(operations('linear')).toEqual(['Conv', 'MaxPool', 'Reshape', 'Gemm']);
  });
});
