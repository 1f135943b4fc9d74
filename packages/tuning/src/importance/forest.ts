/** A random forest for regression (Breiman, 2001) whose trees are kept as the boxes of the unit cube that they predict. */
import { type Random, randomOf } from '../random.js';

/** A leaf: what it predicts between `low` and `high`, in each dimension. */
export interface Box {
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly value: number;
}

export const TREES = 64;
/** A tree sees so many draws at most: more make no other picture, and take long. */
const DRAWS_MAX = 256;

interface Sample {
  readonly x: readonly number[];
  readonly y: number;
}

/** @param rows points of the unit cube @param values what was found there */
export function forestOf(rows: readonly (readonly number[])[], values: readonly number[], seed = 0): Box[][] {
  const samples = rows.map((x, k) => ({ x, y: values[k] }));
  return Array.from({ length: TREES }, (_, tree) => {
    const random = randomOf(seed, tree, 'forest');
    return treeOf(drawnFrom(samples, random));
  });
}

/** With replacement. */
function drawnFrom(samples: readonly Sample[], random: Random): Sample[] {
  const count = Math.min(samples.length, DRAWS_MAX);
  return Array.from({ length: count }, () => samples[Math.floor(random() * samples.length)]);
}

function treeOf(samples: readonly Sample[]): Box[] {
  const dimensions = samples[0].x.length;
  const boxes: Box[] = [];
  const todo = [{ samples, low: new Array<number>(dimensions).fill(0), high: new Array<number>(dimensions).fill(1) }];
  for (let node = todo.pop(); node; node = todo.pop()) {
    const { low, high } = node;
    const split = bestSplit(node.samples);
    if (split === null) {
      const value = node.samples.reduce((sum, { y }) => sum + y, 0) / node.samples.length;
      boxes.push({ low, high, value });
      continue;
    }
    const { dimension, threshold } = split;
    const isBelow = ({ x }: Sample) => x[dimension] <= threshold;
    todo.push({ samples: node.samples.filter(isBelow), low, high: high.with(dimension, threshold) });
    todo.push({ samples: node.samples.filter((each) => !isBelow(each)), low: low.with(dimension, threshold), high });
  }
  return boxes;
}

/** Where the squared errors of both sides together are least; null where nothing can be divided. */
function bestSplit(samples: readonly Sample[]): { dimension: number; threshold: number } | null {
  const total = samples.reduce((sum, { y }) => sum + y, 0);
  if (samples.every(({ y }) => y === samples[0].y)) return null;
  let best: { dimension: number; threshold: number; gain: number } | null = null;
  for (let dimension = 0; dimension < samples[0].x.length; dimension++) {
    const sorted = [...samples].sort((a, b) => a.x[dimension] - b.x[dimension]);
    let below = 0;
    for (let k = 1; k < sorted.length; k++) {
      below += sorted[k - 1].y;
      const [left, right] = [sorted[k - 1].x[dimension], sorted[k].x[dimension]];
      if (left === right) continue;
      const gain = below ** 2 / k + (total - below) ** 2 / (sorted.length - k);
      if (best === null || gain > best.gain) best = { dimension, threshold: (left + right) / 2, gain };
    }
  }
  return best;
}
