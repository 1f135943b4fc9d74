import { describe, expect, it } from 'vitest';
import { Graph, type Value } from '../../packages/engine/src/graph/graph.js';
import { averagePool } from '../../packages/engine/src/ops/average-pool.js';
import { maxPool } from '../../packages/engine/src/ops/max-pool.js';
import { pad } from '../../packages/engine/src/ops/slice.js';
import type { Window } from '../../packages/engine/src/ops/window.js';
import { openGraph } from './session.js';

/** A pool over [[−1, −2], [−3, −4]] with one zero on every side. */
async function poolOf(pool: (x: Value, window: Window) => Value, side: number, pads: Window['pads']) {
  const graph = new Graph();
  const x = graph.input('x', 'float32', [1, 1, 2, 2]);
  const window = { kernel_shape: [side, side], strides: [1, 1], dilations: [1, 1], pads } as const;
  graph.output('y', pool(pad(x, [0, 0, 1, 1], [0, 0, 1, 1]), window));
  const session = await openGraph(graph);
  const { y } = await session.run({ x: [-1, -2, -3, -4] });
  await session.release();
  return [...y.data];
}

describe('zeros around an image count in the pool that follows, whatever onnxruntime makes of the two', () => {
  it('in a max pool', async () => {
    expect(await poolOf(maxPool, 2, [0, 0, 0, 0])).toEqual([0, 0, 0, 0, -1, 0, 0, 0, 0]);
  });

  it('in an average pool', async () => {
    expect(await poolOf(averagePool, 2, [0, 0, 0, 0])).toEqual([-0.25, -0.75, -0.5, -1, -2.5, -1.5, -0.75, -1.75, -1]);
  });

  it('in a pool with pads of its own, which do not count', async () => {
    const [corner, beside] = await poolOf(averagePool, 3, [1, 1, 1, 1]);
    expect(corner).toBe(-0.25);
    expect(beside).toBe(-0.5);
  });

  it('where the border is as wide as the window', async () => {
    const whole = [0, 0, 0, 0, 0, -1, -2, 0, 0, -3, -4, 0, 0, 0, 0, 0];
    expect(await poolOf(maxPool, 1, [0, 0, 0, 0])).toEqual(whole);
  });
});
