/** Leaves out points of a line that would fall on the same column of pixels, with nothing lost to the eye. */
import type { Point } from './shapes.js';

/** @param points in pixels, by x, ascending; of each column the first, lowest, highest and last one stay. */
export function thinLine(points: readonly Point[]): Point[] {
  const kept: Point[] = [];
  let column: Point[] = [];
  const finish = () => {
    if (column.length <= 4) kept.push(...column);
    else kept.push(...extremes(column));
    column = [];
  };
  for (const point of points) {
    const isKnown = point.every(Number.isFinite);
    if (!isKnown || (column.length > 0 && Math.floor(column[0][0]) !== Math.floor(point[0]))) finish();
    if (isKnown) column.push(point);
    else kept.push(point);
  }
  finish();
  return kept;
}

function extremes(column: readonly Point[]): Point[] {
  let [low, high] = [0, 0];
  column.forEach(([, y], place) => {
    if (y < column[low][1]) low = place;
    if (y > column[high][1]) high = place;
  });
  const places = new Set([0, Math.min(low, high), Math.max(low, high), column.length - 1]);
  return [...places].map((place) => column[place]);
}
