import { describe, expect, it } from 'vitest';
import { Graph, withGradient } from '../graph/graph.js';
import { add } from '../ops/add.js';
import { argMax } from '../ops/arg-max.js';
import { cast } from '../ops/cast.js';
import { conv } from '../ops/conv.js';
import { exp } from '../ops/exp.js';
import { mul } from '../ops/mul.js';
import { neg } from '../ops/neg.js';
import { reduceSum } from '../ops/reduce-sum.js';
import { sign } from '../ops/sign.js';
import { gradients } from './gradients.js';

describe('gradients', () => {
  it('are null for a value that the result does not depend on', () => {
    const graph = new Graph();
    const [x, other] = [graph.input('x', 'float32', [2]), graph.input('other', 'float32', [2])];
    expect(gradients(mul(x, x), [other, x]).map((gradient) => gradient?.shape ?? null)).toEqual([null, [2]]);
  });

  it('of a value with respect to itself are the seed, or ones', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [2]);
    const seed = graph.input('seed', 'float32', [2]);
    expect(gradients(x, [x], seed)).toEqual([seed]);
    expect(gradients(x, [x])[0]?.shape).toEqual([2]);
  });

  it('are not computed for values that nobody asked for', () => {
    const graph = new Graph();
    const [x, w] = [graph.input('x', 'float32', [1, 1, 4, 4]), graph.input('w', 'float32', [2, 1, 3, 3])];
    const window = { kernel_shape: [3, 3], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0], group: 1 } as const;
    gradients(conv(x, w, null, window), [w]);
    const types = graph.nodes.map(({ op }) => op.type);
    expect(types).toContain('ConvWeightGradient');
    expect(types).not.toContain('ConvInputGradient');
  });

  it('do not pass through what no target is behind', () => {
    const graph = new Graph();
    const [x, y] = [graph.input('x', 'float32', [2]), graph.input('y', 'float32', [2])];
    const product = mul(x, sign(y));
    expect(gradients(product, [x])[0]?.shape).toEqual([2]);
  });

  it('of what comes out of an operation do not pass through it', () => {
    const graph = new Graph();
    const signs = sign(graph.input('x', 'float32', [2]));
    expect(gradients(mul(signs, signs), [signs])[0]?.shape).toEqual([2]);
  });

  it('name the operation that they cannot pass through', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [2, 3]);
    expect(() => gradients(sign(x), [x])).toThrow('Sign has no gradient');
  });

  it('end where numbers become whole', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [2, 3]);
    const places = cast(argMax(x, 1), 'float32');
    expect(gradients(reduceSum(places, [0]), [x])).toEqual([null]);
  });

  it('take the formula that a value has for itself, and leave out the rules of the nodes that made it', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [3]);
    const y = withGradient(mul(exp(x), x), x, (dy) => neg(dy));
    const sum = add(y, x);
    const before = graph.nodes.length;
    const [gradient] = gradients(sum, [x], graph.input('dy', 'float32', [3]));
    expect(graph.nodes.slice(before).map(({ op }) => op.type)).toEqual(['Neg', 'Add']);
    expect(gradient?.shape).toEqual([3]);
  });
});
