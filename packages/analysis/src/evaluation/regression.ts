/** How far predicted numbers are off, target by target. */
import type { RegressionAverages, TargetFigures } from '@trainyard/contracts';
import { columnOf, type LabelledPredictions, meanOf } from './predictions.js';

const BINS = 31;
const POINTS_MAX = 500;
const QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95];

export function regressionFigures(rows: LabelledPredictions): {
  targets: TargetFigures[];
  averages: RegressionAverages | null;
} {
  const { names, labels, count } = rows;
  if (count === 0) return { targets: [], averages: null };
  const targets = names.map((name, place) => {
    const actual = Float64Array.from({ length: count }, (_, row) => labels[row * names.length + place]);
    return targetFigures(name, actual, columnOf(rows, place));
  });
  const r2 = targets.map((target) => target.r2).filter((score) => score !== null);
  return {
    targets,
    averages: {
      mae: meanOf(targets.map(({ mae }) => mae)),
      rmse: meanOf(targets.map(({ rmse }) => rmse)),
      r2: r2.length < targets.length ? null : meanOf(r2),
    },
  };
}

function targetFigures(name: string, actual: Float64Array, predicted: Float64Array): TargetFigures {
  const residuals = actual.map((value, row) => value - predicted[row]);
  const sizes = residuals.map(Math.abs).sort();
  const mean = meanOf(residuals);
  const spread = Math.sqrt(meanOf(residuals.map((residual) => (residual - mean) ** 2)));
  const squares = meanOf(residuals.map((residual) => residual ** 2));
  const middle = meanOf(actual);
  const variance = meanOf(actual.map((value) => (value - middle) ** 2));
  return {
    name,
    mae: meanOf(sizes),
    rmse: Math.sqrt(squares),
    r2: explained(squares, variance, actual.length),
    explained_variance: explained(spread ** 2, variance, actual.length),
    median_absolute_error: quantile(sizes, 0.5),
    max_error: sizes[sizes.length - 1],
    residuals: {
      mean,
      std: spread,
      quantiles: quantilesOf(residuals),
      histogram: histogram(residuals, BINS),
      points: pick(actual, predicted),
    },
  };
}

/** 1 − error / variance. Of a target that never varies: 1 without an error, else 0 (scikit-learn). Null below two images. */
function explained(error: number, variance: number, count: number): number | null {
  if (count < 2) return null;
  if (variance === 0) return error === 0 ? 1 : 0;
  return 1 - error / variance;
}

function quantilesOf(values: Float64Array): { q: number; value: number }[] {
  const sorted = values.slice().sort();
  return QUANTILES.map((q) => ({ q, value: quantile(sorted, q) }));
}

/** With linear interpolation, as NumPy has it. */
export function quantile(sorted: Float64Array, q: number): number {
  const place = q * (sorted.length - 1);
  const low = Math.floor(place);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (place - low) * (sorted[high] - sorted[low]);
}

/** Bins of one width from the least to the greatest; the last one has its upper edge. */
export function histogram(values: Float64Array, bins: number): { edges: number[]; counts: number[] } {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  const edges = Array.from({ length: bins + 1 }, (_, edge) => low + (edge * (high - low)) / bins);
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) counts[Math.min(bins - 1, Math.floor(((value - low) / (high - low)) * bins))] += 1;
  return { edges, counts };
}

/** [actual, predicted] of images at equal distances. */
function pick(actual: Float64Array, predicted: Float64Array): [number, number][] {
  const wanted = Math.min(POINTS_MAX, actual.length);
  return Array.from({ length: wanted }, (_, i) => {
    const row = Math.floor((i * actual.length) / wanted);
    return [actual[row], predicted[row]];
  });
}
