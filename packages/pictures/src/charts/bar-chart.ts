/** Bars from left to right, one for each name: importances, counts, durations. */
import { type Box, Canvas, type Colour } from '../canvas.js';
import { drawText, fitMiddle, fitText, textWidth } from '../text.js';
import { type AxisScale, scaleOf } from './axis-scale.js';
import { AXIS, hue, INK, LABEL, LINE, MARGIN, PAPER, SMALL, STRONG, TITLE, WIDTH } from './chart-theme.js';
import { type NumberFormat, numberText } from './number-text.js';
import { drawLine, type Point } from './shapes.js';

export interface Bar {
  readonly name: string;
  readonly value: number;
  /** How far the value may be off, to either side. */
  readonly error?: number;
  readonly colour?: Colour;
}

export interface BarChart {
  readonly title: string;
  /** In the order in which they are drawn, from above. */
  readonly bars: readonly Bar[];
  /** What the length of a bar stands for. */
  readonly xLabel: string;
  readonly xDomain?: readonly [number, number];
  readonly format?: NumberFormat;
  readonly width?: number;
}

const TOP = 104;
const PITCH = 48;
const THICK = 30;
const NAMES_MAX = 480;
const BELOW = 96;
const GAP = 16;
const FIGURES_ROOM = 130;

/** A PNG. */
export function barChart(chart: BarChart): Uint8Array<ArrayBuffer> {
  const { title, bars, width = WIDTH } = chart;
  const canvas = new Canvas(width, TOP + Math.max(1, bars.length) * PITCH + BELOW, PAPER);
  drawText(canvas, fitText(title, width - 2 * MARGIN, TITLE), MARGIN, 62, TITLE);
  const names = Math.min(NAMES_MAX, Math.max(0, ...bars.map(({ name }) => textWidth(name, LABEL))));
  const left = MARGIN + names + GAP;
  const plot = { x: left, y: TOP, width: width - MARGIN - FIGURES_ROOM - left, height: bars.length * PITCH };
  const ends = bars.flatMap(({ value, error = 0 }) => [value - error, value + error].filter(Number.isFinite));
  const scale = scaleOf([0, ...ends], { domain: chart.xDomain, wanted: 6, round: true });
  const xOf = (value: number) => plot.x + Math.max(0, Math.min(1, scale.place(value))) * plot.width;
  drawAxis(canvas, chart, plot, scale, xOf);
  bars.forEach((bar, place) => {
    const middle = plot.y + (place + 0.5) * PITCH;
    const name = fitMiddle(bar.name, NAMES_MAX, LABEL);
    drawText(canvas, name, left - GAP - textWidth(name, LABEL), middle + LABEL.height / 2, LABEL);
    drawBar(canvas, bar, { middle, xOf, format: chart.format });
  });
  canvas.fill({ x: xOf(0) - 1, y: plot.y, width: 2, height: plot.height }, AXIS);
  return canvas.toPng();
}

function drawAxis(
  canvas: Canvas,
  { xLabel }: BarChart,
  plot: Box,
  { ticks }: AxisScale,
  xOf: (value: number) => number,
): void {
  const bottom = plot.y + plot.height;
  for (const { at, text } of ticks) {
    canvas.fill({ x: xOf(at) - 1, y: plot.y, width: 2, height: plot.height + 8 }, LINE);
    drawText(canvas, text, xOf(at) - textWidth(text, SMALL) / 2, bottom + 34, SMALL);
  }
  drawText(canvas, xLabel, plot.x + plot.width - textWidth(xLabel, STRONG), bottom + 72, STRONG);
}

interface BarPlace {
  middle: number;
  xOf(value: number): number;
  format?: NumberFormat;
}

function drawBar(canvas: Canvas, { value, error = 0, colour = hue(0) }: Bar, { middle, xOf, format }: BarPlace): void {
  if (!Number.isFinite(value)) return;
  const [from, to] = [Math.min(xOf(0), xOf(value)), Math.max(xOf(0), xOf(value))];
  canvas.fill({ x: from, y: middle - THICK / 2, width: Math.max(2, to - from), height: THICK }, colour);
  if (error > 0) drawWhisker(canvas, [xOf(value - error), xOf(value + error)], middle);
  const right = Math.max(to, error > 0 ? xOf(value + error) : to);
  drawText(canvas, numberText(value, format), right + 14, middle + 8, { ...SMALL, colour: INK });
}

function drawWhisker(canvas: Canvas, [from, to]: readonly [number, number], y: number): void {
  const clip = { x: 0, y: 0, width: canvas.width, height: canvas.height };
  const pen = { colour: INK, width: 2.5 };
  const line = (...points: Point[]) => drawLine(canvas, points, pen, clip);
  line([from, y], [to, y]);
  for (const end of [from, to]) line([end, y - 7], [end, y + 7]);
}
