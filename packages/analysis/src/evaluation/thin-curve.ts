/** Leaves so many points of a curve as are worth sending. */
import type { CurvePoint } from './roc.js';

/** At most `most` of them, about evenly along the curve; the first and the last stay. */
export function thinCurve(points: readonly CurvePoint[], most: number): CurvePoint[] {
  if (points.length <= most) return [...points];
  const along = new Float64Array(points.length);
  for (let i = 1; i < points.length; i++) {
    const [x, y] = points[i];
    along[i] = along[i - 1] + Math.abs(x - points[i - 1][0]) + Math.abs(y - points[i - 1][1]);
  }
  const step = along[along.length - 1] / (most - 1);
  const kept: CurvePoint[] = [];
  for (let i = 0; i < points.length - 1 && kept.length < most - 1; i++) {
    if (along[i] >= kept.length * step) kept.push(points[i]);
  }
  return [...kept, points[points.length - 1]];
}
