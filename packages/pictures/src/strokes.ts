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

/** How much of each pixel of a box is covered, 0 to 1, row by row. */
export interface Mask {
  left: number;
  top: number;
  width: number;
  height: number;
  cover: Float32Array;
}

/** What a pen of half the width `radius` covers that follows the pieces, in pixels with y downwards. */
export function maskOf(segments: readonly Segment[], radius: number): Mask {
  const reach = radius + 0.5;
  let [lowX, lowY] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  let [highX, highY] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const [x1, y1, x2, y2] of segments) {
    lowX = Math.min(lowX, x1, x2);
    lowY = Math.min(lowY, y1, y2);
    highX = Math.max(highX, x1, x2);
    highY = Math.max(highY, y1, y2);
  }
  const left = Math.floor(lowX - reach);
  const top = Math.floor(lowY - reach);
  const width = Math.ceil(highX + reach) - left;
  const height = Math.ceil(highY + reach) - top;
  const mask = { left, top, width, height, cover: new Float32Array(width * height) };
  for (const segment of segments) coverSegment(mask, segment, reach);
  return mask;
}

function coverSegment({ left, top, width, height, cover }: Mask, [x1, y1, x2, y2]: Segment, reach: number): void {
  const along = x2 - x1;
  const down = y2 - y1;
  const length = along * along + down * down;
  const bottom = Math.min(top + height, Math.ceil(Math.max(y1, y2) + reach));
  const right = Math.min(left + width, Math.ceil(Math.max(x1, x2) + reach));
  for (let y = Math.floor(Math.min(y1, y2) - reach); y < bottom; y++) {
    for (let x = Math.floor(Math.min(x1, x2) - reach); x < right; x++) {
      const dx = x + 0.5 - x1;
      const dy = y + 0.5 - y1;
      const t = length === 0 ? 0 : Math.max(0, Math.min(1, (dx * along + dy * down) / length));
      const square = (dx - t * along) ** 2 + (dy - t * down) ** 2;
      if (square >= reach * reach) continue;
      const share = Math.min(1, reach - Math.sqrt(square));
      const place = (y - top) * width + x - left;
      if (share > cover[place]) cover[place] = share;
    }
  }
}
