import { describe, expect, it } from 'vitest';
import { applyOp, Graph } from '../graph/graph.js';
import { relu } from '../ops/relu.js';
import { reshape, reshapeOp } from '../ops/reshape.js';
import { withoutDetours } from './without-detours.js';

function typesOf(graph: Graph): string[] {
  return withoutDetours(graph).nodes.map(({ op, outputs: [{ shape }] }) => `${op.type} ${shape}`);
}

describe('a graph without detours', () => {
  it('has one reshape for several in a row, and none that leads back', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [2, 6]);
    const line = reshape(x, [12]);
    graph.output('y', relu(reshape(line, [3, 4])));
    graph.output('z', relu(reshape(line, [2, 6])));
    expect(typesOf(graph)).toEqual(['Reshape 3,4', 'Relu 3,4', 'Relu 2,6']);
  });

  it('keeps what other nodes and outputs take, and what only stands between two nodes', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [2, 6]);
    const line = reshape(x, [12]);
    graph.output('line', line);
    relu(line);
    graph.output('apart', relu(applyOp(reshapeOp, [x], { shape: [0, 6] })));
    expect(typesOf(graph)).toEqual(['Reshape 12', 'Reshape 2,6', 'Relu 2,6']);
  });
});
