/** The part of a straight line that lies in a box (Liang and Barsky, 1984). */
import type { Box } from '../canvas.js';
import type { Segment } from '../strokes.js';

/** @param reach how far beyond the box the part may go, in pixels. */
export function clipSegment([x1, y1, x2, y2]: Segment, box: Box, reach: number): Segment | null {
  const [along, down] = [x2 - x1, y2 - y1];
  const edges = [
    [-along, x1 - (box.x - reach)],
    [along, box.x + box.width + reach - x1],
    [-down, y1 - (box.y - reach)],
    [down, box.y + box.height + reach - y1],
  ];
  let [from, to] = [0, 1];
  for (const [slope, room] of edges) {
    if (slope === 0 && room < 0) return null;
    if (slope < 0) from = Math.max(from, room / slope);
    if (slope > 0) to = Math.min(to, room / slope);
  }
  return from > to ? null : [x1 + from * along, y1 + from * down, x1 + to * along, y1 + to * down];
}
