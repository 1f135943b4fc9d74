import { describe, expect, it } from 'vitest';
import { Graph, type Value } from '../../packages/engine/src/graph/graph.js';
import { averagePool } from '../../packages/engine/src/ops/average-pool.js';
import { maxPool } from '../../packages/engine/src/ops/max-pool.js';
import { pad } from '../../packages/engine/src/ops/slice.js';
import type { Window } from '../../packages/engine/src/ops/window.js';
import { throughBlocks } from './gradient-harness.js';
import { lowerings, type TestLowering } from './lowerings.js';
import { openGraph } from './session.js';

/** A pool over [[−1, −2], [−3, −4]] with one zero on every side. */
async function poolIn(
  { name, lower }: TestLowering,
  pool: (x: Value, window: Window) => Value,
  { side, pads }: { side: number; pads: Window['pads'] },
) {
  const graph = new Graph();
  const x = graph.input('x', 'float32', [1, 1, 2, 2]);
  const window = { kernel_shape: [side, side], strides: [1, 1], dilations: [1, 1], pads } as const;
  const framed = pad(x, [0, 0, 1, 1], [0, 0, 1, 1]);
  graph.output('y', pool(name === 'blocked' ? throughBlocks(framed) : framed, window));
  const session = await openGraph(graph, lower);
  const { y } = await session.run({ x: [-1, -2, -3, -4] });
  await session.release();
  return [...y.data];
}

const what = 'zeros around an image count in the pool that follows, whatever onnxruntime makes of the two';

describe.each(lowerings)(`${what}, $name,`, (lowering) => {
  const poolOf = (pool: (x: Value, window: Window) => Value, side: number, pads: Window['pads']) =>
    poolIn(lowering, pool, { side, pads });

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
