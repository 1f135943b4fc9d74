/** The names of a chart's series, each behind a sample of its line, on as many rows as they need. */
import type { Canvas, Colour } from '../canvas.js';
import { drawText, fitMiddle, textWidth } from '../text.js';
import { LABEL, MARGIN } from './chart-theme.js';
import { drawDot, drawLine } from './shapes.js';

export interface LegendEntry {
  readonly name: string;
  readonly colour: Colour;
  readonly dash?: readonly [number, number];
  readonly sample: 'line' | 'dot';
}

export interface PlacedLegend {
  readonly rows: readonly (readonly LegendEntry[])[];
  readonly leftOut: number;
}

export const LEGEND_ROW = 34;
const ROWS_MAX = 6;
const NAME_WIDTH = 420;
const SAMPLE = { line: 40, dot: 16 } as const;
const GAP = 12;
const BETWEEN = 34;
/** Of `and 12 more`. */
const REST_WIDTH = 160;

/** @param width in pixels */
export function placeLegend(entries: readonly LegendEntry[], width: number): PlacedLegend {
  const rows: LegendEntry[][] = [];
  let used = Number.POSITIVE_INFINITY;
  for (const [place, entry] of entries.entries()) {
    const wide = widthOf(entry);
    const room = width - (rows.length === ROWS_MAX ? REST_WIDTH : 0);
    if (used + wide > room) {
      if (rows.length === ROWS_MAX) return { rows, leftOut: entries.length - place };
      rows.push([]);
      used = 0;
    }
    rows[rows.length - 1].push(entry);
    used += wide + BETWEEN;
  }
  return { rows, leftOut: 0 };
}

/** @param baseline of the first row */
export function drawLegend(canvas: Canvas, { rows, leftOut }: PlacedLegend, x: number, baseline: number): void {
  rows.forEach((row, place) => {
    const y = baseline + place * LEGEND_ROW;
    let left = x;
    for (const entry of row) left = drawEntry(canvas, entry, left, y) + BETWEEN;
    if (leftOut > 0 && place === rows.length - 1) drawText(canvas, `and ${leftOut} more`, left, y, LABEL);
  });
}

function drawEntry(canvas: Canvas, { name, colour, dash, sample }: LegendEntry, x: number, baseline: number): number {
  const middle = baseline - LABEL.height / 2;
  const wide = SAMPLE[sample];
  const clip = { x: 0, y: 0, width: canvas.width, height: canvas.height };
  const ends = [
    [x + 2, middle],
    [x + wide - 2, middle],
  ] as const;
  if (sample === 'line') drawLine(canvas, ends, { colour, width: 5, dash }, clip);
  else drawDot(canvas, [x + wide / 2, middle], wide / 2, { colour }, clip);
  return drawText(canvas, fitMiddle(name, NAME_WIDTH, LABEL), x + wide + GAP, baseline, LABEL);
}

function widthOf({ name, sample }: LegendEntry): number {
  return SAMPLE[sample] + GAP + Math.min(NAME_WIDTH, textWidth(name, LABEL));
}

/** How wide a legend may be in a picture of a width. */
export function legendRoom(width: number): number {
  return width - 2 * MARGIN;
}
