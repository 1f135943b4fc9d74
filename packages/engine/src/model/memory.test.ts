import { describe, expect, it } from 'vitest';
import { Graph, type Value } from '../graph/graph.js';
import { add } from '../ops/add.js';
import { blockedConv } from '../ops/blocked/conv.js';
import { exp } from '../ops/exp.js';
import { matmul, transposeLastTwo } from '../ops/matmul.js';
import { reduceSum } from '../ops/reduce-sum.js';
import { relu } from '../ops/relu.js';
import { reshape } from '../ops/reshape.js';
import { softmax } from '../ops/softmax.js';
import { transpose } from '../ops/transpose.js';
import { peakBytes } from './memory.js';

/** A float32 input of 100 numbers, 400 bytes, and what the peak is once `build` made the only output of it. */
function peakOf(build: (x: Value) => Value): number {
  const graph = new Graph();
  graph.output('y', build(graph.input('x', 'float32', [10, 10])));
  return peakBytes(graph);
}

describe('peakBytes', () => {
  it('counts what nodes give, and neither inputs nor constants', () => {
    expect(peakOf((x) => softmax(x, 1))).toBe(400);
    expect(peakOf((x) => add(x, x.graph.constant('float32', [10, 10], new Float32Array(100))))).toBe(400);
  });

  it('frees a result after its last use', () => {
    expect(peakOf((x) => softmax(softmax(softmax(softmax(x, 1), 1), 1), 1))).toBe(800);
  });

  it('lets a convolution in blocks add to its sum where that lies', () => {
    const peak = (sumOf: (images: Value) => Value | null) => {
      const graph = new Graph();
      const images = relu(graph.input('x', 'float32', [1, 16, 2, 2]));
      const ones = graph.input('w', 'float32', [16, 1, 1, 1]);
      const y = blockedConv(images, ones, { group: 16, sum: sumOf(images) });
      graph.output('y', softmax(y, 1));
      return peakBytes(graph);
    };
    expect(peak(() => null)).toBe(2 * 256);
    expect(peak((images) => softmax(images, 1))).toBe(2 * 256);
  });

  it('keeps what is needed again later', () => {
    const chain = (x: Value) => softmax(softmax(softmax(x, 1), 1), 1);
    expect(
      peakOf((x) => {
        const first = softmax(x, 1);
        return add(reduceSum(chain(first), [1], 1), first);
      }),
    ).toBe(1200);
  });

  it('lets elementwise operations write over what nothing needs any more, but never over an input', () => {
    const sum = (x: Value) => reduceSum(x, [0, 1]);
    expect(peakOf((x) => sum(relu(exp(softmax(x, 1)))))).toBe(404);
    expect(peakOf((x) => sum(relu(x)))).toBe(404);
    expect(peakOf((x) => sum(softmax(softmax(x, 1), 1)))).toBe(800);
    expect(peakOf((x) => sum(add(softmax(x, 1), softmax(x, 0))))).toBe(800);
  });

  it('gives a result of the graph a buffer of its own, until the end', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [10, 10]);
    const first = exp(x);
    graph.output('first', first);
    graph.output('second', reduceSum(softmax(relu(first), 1), [0, 1]));
    expect(peakBytes(graph)).toBe(1200);
  });

  it('gives a reshape, and a transpose that a matrix product does by itself, no memory', () => {
    const row = (x: Value) => x.graph.input('row', 'float32', [1, 10]);
    expect(peakOf((x) => reduceSum(reshape(softmax(x, 1), [100]), [0]))).toBe(404);
    expect(peakOf((x) => matmul(row(x), transposeLastTwo(softmax(x, 1))))).toBe(440);
    expect(peakOf((x) => reduceSum(transpose(softmax(x, 1), [1, 0]), [1]))).toBe(800);
  });

  it('computes equal nodes once', () => {
    expect(peakOf((x) => add(softmax(x, 1), softmax(x, 1)))).toBe(800);
    expect(peakOf((x) => add(softmax(x, 1), softmax(x, 0)))).toBe(1200);
  });

  it('counts bytes of the type', () => {
    const graph = new Graph();
    graph.output('y', exp(graph.input('x', 'float64', [10, 10])));
    expect(peakBytes(graph)).toBe(800);
  });
});
