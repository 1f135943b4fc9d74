/** How a distribution changes: one histogram behind the other, the latest in front (a ridgeline). */
import { Canvas, type Colour } from '../canvas.js';
import { drawText, fitText, textWidth } from '../text.js';
import { AXIS, LINE, MARGIN, PAPER, SMALL, STRONG, TITLE, WIDTH } from './chart-theme.js';
import { colourAt } from './colour-map.js';
import { numberText } from './number-text.js';
import { drawArea, drawLine, type Point } from './shapes.js';

export interface HistogramRow {
  /** An epoch, for instance. */
  readonly name: string;
  /** One for each bin. */
  readonly counts: readonly number[];
  /** A figure to be written at its right end. */
  readonly note?: string;
}

export interface HistogramStack {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /**
   * Ascending; one more than bins, or one fewer where the first and the last bin are open. Bins are drawn equally wide,
   * whatever they span.
   */
  readonly edges: readonly number[];
  /** What is written below the axis, and where: 1.5 is the middle of the second bin. Some of the edges where left out. */
  readonly ticks?: readonly { readonly place: number; readonly text: string }[];
  /** What is written above the notes of rows. */
  readonly noteLabel?: string;
  /** A bin that is cut off at the height of the others, such as one that holds the zeros. */
  readonly cutBin?: number;
  /** From above. */
  readonly rows: readonly HistogramRow[];
  readonly width?: number;
}

const TOP = 270;
const BELOW = 96;
/** How far ridges reach up, and how far their feet are apart. */
const RIDGE = 120;
const STACK = 620;
const PITCH_MAX = 74;
const NAMES = 90;
const NOTES = 130;
const TICK_ROOM = 110;
/** How much higher than all others a bin may stand that is cut off. */
const CUT = 1.15;
/** Rows that are closer have not all a name. */
const NAMED_PITCH = 24;

/** A PNG. Heights are shares of the row, to one scale in the whole picture. */
export function histogramStack(chart: HistogramStack): Uint8Array<ArrayBuffer> {
  const { title, rows, width = WIDTH } = chart;
  const pitch = Math.min(PITCH_MAX, STACK / Math.max(1, rows.length));
  const bottom = TOP + pitch * Math.max(0, rows.length - 1);
  const canvas = new Canvas(width, Math.ceil(bottom + BELOW), PAPER);
  drawText(canvas, fitText(title, width - 2 * MARGIN, TITLE), MARGIN, 62, TITLE);
  drawText(canvas, chart.yLabel, MARGIN, 106, STRONG);
  const notes = rows.some(({ note }) => note !== undefined) ? NOTES : 0;
  const plot = { x: MARGIN + NAMES, width: width - 2 * MARGIN - NAMES - notes };
  if (notes > 0) writeNotes(canvas, chart, pitch);
  drawAxis(canvas, chart, { ...plot, top: TOP - 20, bottom });
  const shares = rows.map(({ counts }) => sharesOf(counts));
  const most = Math.max(1e-12, ...shares.flatMap((row) => row.filter((_, bin) => bin !== chart.cutBin)));
  const every = Math.ceil(NAMED_PITCH / pitch);
  rows.forEach(({ name }, row) => {
    const foot = TOP + row * pitch;
    const share = rows.length === 1 ? 0.6 : 0.35 + 0.5 * (row / (rows.length - 1));
    const heights = shares[row].map((height) => Math.min(height, CUT * most));
    drawRidge(canvas, heights, { ...plot, foot, scale: RIDGE / most }, colourAt('sequential', share));
    if ((rows.length - 1 - row) % every !== 0) return;
    drawText(canvas, name, plot.x - 16 - textWidth(name, SMALL), foot + 2, SMALL);
  });
  return canvas.toPng();
}

interface Ridge {
  x: number;
  width: number;
  foot: number;
  scale: number;
}

function drawRidge(canvas: Canvas, shares: readonly number[], { x, width, foot, scale }: Ridge, colour: Colour): void {
  const clip = { x, y: 0, width, height: canvas.height };
  const pitch = width / shares.length;
  const points: Point[] = [
    [x, foot],
    ...shares.map((share, bin): Point => [x + (bin + 0.5) * pitch, foot - share * scale]),
    [x + width, foot],
  ];
  drawArea(canvas, points, foot + 1, { colour: PAPER, cover: 0.85 }, clip);
  drawArea(canvas, points, foot + 1, { colour, cover: 0.55 }, clip);
  drawLine(canvas, points, { colour, width: 3 }, clip);
}

function sharesOf(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => (total > 0 ? count / total : 0));
}

interface Extent {
  x: number;
  width: number;
  top: number;
  bottom: number;
}

function drawAxis(canvas: Canvas, chart: HistogramStack, { x, width, top, bottom }: Extent): void {
  const { edges, rows, xLabel } = chart;
  const bins = rows[0]?.counts.length ?? Math.max(1, edges.length - 1);
  const ticks = chart.ticks ?? edgeTicks(edges, bins, Math.floor(width / TICK_ROOM));
  let free = Number.NEGATIVE_INFINITY;
  for (const { place, text } of ticks) {
    const at = x + (place / bins) * width;
    canvas.fill({ x: at - 1, y: top, width: 2, height: bottom - top }, LINE);
    const wide = textWidth(text, SMALL);
    const start = Math.min(at - wide / 2, canvas.width - 4 - wide);
    if (start < free) continue;
    drawText(canvas, text, start, bottom + 34, SMALL);
    free = start + wide + 12;
  }
  canvas.fill({ x, y: bottom, width, height: 2 }, AXIS);
  drawText(canvas, xLabel, x + width - textWidth(xLabel, STRONG), bottom + 74, STRONG);
}

/** Every so many edges, counted from 0 where that is one of them. */
function edgeTicks(edges: readonly number[], bins: number, wanted: number) {
  const every = Math.max(1, Math.ceil(edges.length / Math.max(1, wanted)));
  const zero = Math.max(0, edges.indexOf(0));
  const open = edges.length < bins ? 1 : 0;
  return edges
    .map((edge, place) => ({ place: place + open, text: numberText(edge) }))
    .filter((_, place) => (place - zero) % every === 0);
}

function writeNotes(canvas: Canvas, { rows, noteLabel = '' }: HistogramStack, pitch: number): void {
  const every = Math.ceil(NAMED_PITCH / pitch);
  const right = canvas.width - MARGIN;
  drawText(canvas, noteLabel, right - textWidth(noteLabel, STRONG), 106, STRONG);
  rows.forEach(({ note = '' }, row) => {
    if ((rows.length - 1 - row) % every !== 0) return;
    drawText(canvas, note, right - textWidth(note, SMALL), TOP + row * pitch + 2, SMALL);
  });
}
