/** Smooth lines, dots and areas on a canvas, cut off at the edges of a box. */
import type { Box, Canvas, Colour } from '../canvas.js';
import { type Mask, maskOf, type Segment } from '../strokes.js';
import { clipSegment } from './clip-segment.js';

export type Point = readonly [x: number, y: number];

export interface Pen {
  readonly colour: Colour;
  /** In pixels. */
  readonly width: number;
  /** Lengths of a dash and of the gap behind it, in pixels. */
  readonly dash?: readonly [number, number];
  /** From 0 to 1; 1 where left out. */
  readonly cover?: number;
}

/** Long pieces would cover boxes that are almost empty. */
const PIECE = 32;

/** A line through points in pixels; where a coordinate is not finite, it is broken. */
export function drawLine(canvas: Canvas, points: readonly Point[], pen: Pen, clip: Box): void {
  const segments: Segment[] = [];
  let walked = 0;
  for (let place = 1; place < points.length; place++) {
    const [from, to] = [points[place - 1], points[place]];
    if (![...from, ...to].every(Number.isFinite)) continue;
    const inside = clipSegment([...from, ...to], clip, pen.width);
    if (inside) walked = cutPieces(inside, pen.dash, walked, segments);
  }
  if (segments.length > 0) layMask(canvas, maskOf(segments, pen.width / 2), pen, clip);
}

export function drawDot(canvas: Canvas, [x, y]: Point, radius: number, pen: Omit<Pen, 'width'>, clip: Box): void {
  const isInside = x >= clip.x - radius && x <= clip.x + clip.width + radius;
  if (!isInside || !(y >= clip.y - radius && y <= clip.y + clip.height + radius)) return;
  layMask(canvas, maskOf([[x, y, x, y]], radius), pen, clip);
}

/** What lies between a line, from left to right, and `base`, both in pixels. */
export function drawArea(
  canvas: Canvas,
  points: readonly Point[],
  base: number,
  { colour, cover }: { colour: Colour; cover: number },
  clip: Box,
): void {
  const known = points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
  if (known.length < 2) return;
  let next = 1;
  const first = Math.max(Math.round(clip.x), Math.round(known[0][0]));
  const last = Math.min(clip.x + clip.width, known[known.length - 1][0]);
  for (let column = first; column + 0.5 <= last; column++) {
    const middle = column + 0.5;
    while (next < known.length - 1 && known[next][0] < middle) next++;
    const [[x1, y1], [x2, y2]] = [known[next - 1], known[next]];
    const y = x2 > x1 ? y1 + (y2 - y1) * Math.min(1, Math.max(0, middle - x1) / (x2 - x1)) : y2;
    const top = Math.max(clip.y, Math.min(y, base));
    const bottom = Math.min(clip.y + clip.height, Math.max(y, base));
    for (let row = Math.round(top); row < Math.round(bottom); row++) canvas.blend(column, row, colour, cover);
  }
}

/** Appends the dashes of a straight line in short pieces, and returns how long the whole line is up to its end. */
function cutPieces(line: Segment, dash: Pen['dash'], start: number, out: Segment[]): number {
  const [x1, y1, x2, y2] = line;
  const length = Math.hypot(x2 - x1, y2 - y1);
  const at = (way: number): [number, number] => {
    const part = length === 0 ? 0 : way / length;
    return [x1 + (x2 - x1) * part, y1 + (y2 - y1) * part];
  };
  const [on, off] = dash ?? [Number.POSITIVE_INFINITY, 0];
  let way = 0;
  do {
    const phase = dash ? (start + way) % (on + off) : 0;
    const isDrawn = phase < on;
    const rest = isDrawn ? on - phase : on + off - phase;
    const end = Math.min(length, way + Math.min(PIECE, Math.max(rest, 0.01)));
    if (isDrawn) out.push([...at(way), ...at(end)]);
    way = end;
  } while (way < length);
  return start + length;
}

function layMask(canvas: Canvas, mask: Mask, { colour, cover = 1 }: Omit<Pen, 'width'>, clip: Box): void {
  const left = Math.max(mask.left, Math.floor(clip.x));
  const right = Math.min(mask.left + mask.width, Math.ceil(clip.x + clip.width));
  const bottom = Math.min(mask.top + mask.height, Math.ceil(clip.y + clip.height));
  for (let y = Math.max(mask.top, Math.floor(clip.y)); y < bottom; y++) {
    const row = (y - mask.top) * mask.width - mask.left;
    for (let x = left; x < right; x++) {
      const share = mask.cover[row + x];
      if (share > 0) canvas.blend(x, y, colour, share * cover);
    }
  }
}
