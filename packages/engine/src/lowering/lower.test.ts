import { describe, expect, it } from 'vitest';
import { Graph } from '../graph/graph.js';
import { mul } from '../ops/mul.js';
import { neg } from '../ops/neg.js';
import { type LoweringRule, lower } from './lower.js';

describe('lower', () => {
  it('keeps the names of inputs, outputs and named constants', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [2]);
    const weights = graph.constant('float32', [2], Float32Array.of(1, 2), 'dense/kernel');
    graph.output('y', mul(x, weights));
    const lowered = lower(graph, {});
    expect(lowered.inputs.map(({ name }) => name)).toEqual(['x']);
    expect(lowered.constants.map(({ name }) => name)).toEqual(['dense/kernel']);
    expect([...lowered.outputs.keys()]).toEqual(['y']);
  });

  it('leaves out nodes and constants that no output needs', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [2]);
    mul(x, graph.scalar(3));
    graph.output('y', neg(x));
    const lowered = lower(graph, {});
    expect(lowered.nodes.map(({ op }) => op.type)).toEqual(['Neg']);
    expect(lowered.constants).toEqual([]);
  });

  it('shares scalars with those that rules make', () => {
    const double: LoweringRule = ([x]) => [mul(x, x.graph.scalar(2))];
    const graph = new Graph();
    const x = graph.input('x', 'float32', [2]);
    graph.output('y', neg(mul(x, graph.scalar(2))));
    expect(lower(graph, { Neg: double }).constants).toHaveLength(1);
  });

  it('copies constants whose made-up names the copy would make up for others', () => {
    const graph = new Graph();
    let y = neg(graph.input('x', 'float32', [2]));
    for (let i = 0; i < 4; i++) y = mul(y, graph.constant('float32', [2], Float32Array.of(i, i)));
    for (let i = 2; i < 10; i++) y = mul(y, graph.scalar(i));
    graph.output('y', y);
    const lowered = lower(graph, {});
    expect(new Set(lowered.constants.map(({ name }) => name)).size).toBe(12);
    const sources = lowered.nodes.map(({ inputs }) => inputs[1]?.constant?.[0]);
    expect(sources).toEqual([undefined, 0, 1, 2, 3, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('names the operation that a lowering has no rule for', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [2]);
    const strange = { type: 'Strange', infer: () => [{ dtype: x.dtype, shape: x.shape }] };
    graph.output('y', graph.apply(strange, [x], {})[0]);
    expect(() => lower(graph, {})).toThrow('no rule for Strange');
  });
});
