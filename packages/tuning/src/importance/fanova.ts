/**
 * How much of a tree's variance over the unit cube one dimension alone explains: functional ANOVA (Hutter, Hoos and
 * Leyton-Brown, 2014). The variance is of the tree's mean over all other dimensions, as a function of the one.
 */
import type { Box } from './forest.js';

/** Of each dimension the share of the variance, from 0 to 1; null for a tree that predicts the same everywhere. */
export function explainedShares(boxes: readonly Box[]): number[] | null {
  const volumes = boxes.map(volumeOf);
  const mean = boxes.reduce((sum, { value }, k) => sum + volumes[k] * value, 0);
  const variance = boxes.reduce((sum, { value }, k) => sum + volumes[k] * (value - mean) ** 2, 0);
  if (!(variance > 0)) return null;
  return boxes[0].low.map((_, dimension) => marginalVariance(boxes, volumes, dimension, mean) / variance);
}

function volumeOf({ low, high }: Box): number {
  return low.reduce((volume, from, dimension) => volume * (high[dimension] - from), 1);
}

/** The mean over the other dimensions changes at the edges of boxes alone. */
function marginalVariance(boxes: readonly Box[], volumes: readonly number[], dimension: number, mean: number): number {
  const changes = new Map<number, number>();
  boxes.forEach(({ low, high, value }, k) => {
    const [from, to] = [low[dimension], high[dimension]];
    if (to <= from) return;
    const height = (value * volumes[k]) / (to - from);
    changes.set(from, (changes.get(from) ?? 0) + height);
    changes.set(to, (changes.get(to) ?? 0) - height);
  });
  const edges = [...changes.keys()].sort((a, b) => a - b);
  let marginal = 0;
  let variance = 0;
  for (let k = 0; k + 1 < edges.length; k++) {
    marginal += changes.get(edges[k]) ?? 0;
    variance += (edges[k + 1] - edges[k]) * (marginal - mean) ** 2;
  }
  return variance;
}
