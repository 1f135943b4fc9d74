/** From the paths of glyphs to straight pieces, and from those to how much of a pixel they cover. */

/** One straight piece: x1, y1, x2, y2. */
export type Segment = readonly [number, number, number, number];

const CURVE_PIECES = 8;

/** The pieces of a path of M, L and Q, moved by (dx, dy). */
export function readPath(path: string, dx = 0, dy = 0): Segment[] {
  const segments: Segment[] = [];
  let x = 0;
  let y = 0;
  let control: [number, number] | undefined;
  for (const word of path.split(' ')) {
    const command = /[MLQ]/.test(word[0]) ? word[0] : 'end';
    const [toX, toY] = (command === 'end' ? word : word.slice(1)).split(',').map(Number);
    if (command === 'Q') {
      control = [toX + dx, toY + dy];
      continue;
    }
    const end: [number, number] = [toX + dx, toY + dy];
    if (command === 'L') segments.push([x, y, ...end]);
    if (command === 'end' && control) segments.push(...curve([x, y], control, end));
    [x, y] = end;
  }
  return segments;
}

function curve(start: [number, number], control: [number, number], end: [number, number]): Segment[] {
  const at = (t: number, axis: 0 | 1) =>
    (1 - t) ** 2 * start[axis] + 2 * t * (1 - t) * control[axis] + t ** 2 * end[axis];
  return Array.from({ length: CURVE_PIECES }, (_, piece): Segment => {
    const from = piece / CURVE_PIECES;
    const to = (piece + 1) / CURVE_PIECES;
    return [at(from, 0), at(from, 1), at(to, 0), at(to, 1)];
  });
}

/** How much of the pixel around (x, y) a pen of half the width `radius` covers that follows the pieces: 0 to 1. */
export function coverAt(segments: readonly Segment[], x: number, y: number, radius: number): number {
  const reach = radius + 0.5;
  let nearest = reach;
  for (const [x1, y1, x2, y2] of segments) {
    const along = x2 - x1;
    const up = y2 - y1;
    const length = along * along + up * up;
    const t = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - x1) * along + (y - y1) * up) / length));
    nearest = Math.min(nearest, Math.hypot(x - x1 - t * along, y - y1 - t * up));
  }
  return Math.max(0, Math.min(1, reach - nearest));
}
