/** What surrounds the data of a chart with two axes: title, legend, grid, ticks and the names of the axes. */
import { type Box, Canvas } from '../canvas.js';
import { drawText, fitText, textWidth } from '../text.js';
import type { AxisScale } from './axis-scale.js';
import { AXIS, LINE, MARGIN, PAPER, SMALL, STRONG, TITLE } from './chart-theme.js';
import { drawLegend, LEGEND_ROW, type LegendEntry, legendRoom, placeLegend } from './legend.js';
import type { Point } from './shapes.js';

export interface FrameOptions {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly width: number;
  readonly height: number;
  readonly legend: readonly LegendEntry[];
  readonly x: AxisScale;
  readonly y: AxisScale;
}

export interface PlotFrame {
  readonly canvas: Canvas;
  /** Where data are drawn. */
  readonly plot: Box;
  xOf(value: number): number;
  yOf(value: number): number;
  pointOf(values: readonly [number, number]): Point;
}

const TITLE_BASELINE = 62;
const HEAD = 100;
const TICK_GAP = 14;
const BELOW = 96;
/** Least gap between the texts of two ticks. */
const TEXT_GAP = 16;

export function drawFrame(options: FrameOptions): PlotFrame {
  const { title, width, height, x, y } = options;
  const canvas = new Canvas(width, height, PAPER);
  drawText(canvas, fitText(title, width - 2 * MARGIN, TITLE), MARGIN, TITLE_BASELINE, TITLE);
  const legend = placeLegend(options.legend, legendRoom(width));
  drawLegend(canvas, legend, MARGIN, HEAD + 12);
  const top = HEAD + legend.rows.length * LEGEND_ROW + (options.yLabel === '' ? 10 : 50);
  const left = MARGIN + Math.max(0, ...y.ticks.map(({ text }) => textWidth(text, SMALL))) + TICK_GAP;
  const plot = { x: left, y: top, width: width - MARGIN - left, height: height - BELOW - top };
  const xOf = (value: number) => plot.x + x.place(value) * plot.width;
  const yOf = (value: number) => plot.y + (1 - y.place(value)) * plot.height;
  drawText(canvas, options.yLabel, MARGIN, top - 24, STRONG);
  drawYAxis(canvas, y, plot, yOf);
  drawXAxis(canvas, options, plot, xOf);
  return { canvas, plot, xOf, yOf, pointOf: ([at, value]) => [xOf(at), yOf(value)] };
}

function drawYAxis(canvas: Canvas, { ticks }: AxisScale, plot: Box, yOf: (value: number) => number): void {
  for (const { at, text } of ticks) {
    canvas.fill({ x: plot.x, y: yOf(at) - 1, width: plot.width, height: 2 }, LINE);
    drawText(canvas, text, plot.x - TICK_GAP - textWidth(text, SMALL), yOf(at) + 7, SMALL);
  }
}

function drawXAxis(canvas: Canvas, { x, xLabel }: FrameOptions, plot: Box, xOf: (value: number) => number): void {
  const bottom = plot.y + plot.height;
  canvas.fill({ x: plot.x, y: bottom - 1, width: plot.width, height: 2 }, AXIS);
  let free = Number.NEGATIVE_INFINITY;
  for (const { at, text } of x.ticks) {
    canvas.fill({ x: xOf(at) - 1, y: bottom + 1, width: 2, height: 8 }, AXIS);
    const wide = textWidth(text, SMALL);
    const start = Math.min(xOf(at) - wide / 2, plot.x + plot.width + MARGIN / 2 - wide);
    if (start < free) continue;
    drawText(canvas, text, start, bottom + 34, SMALL);
    free = start + wide + TEXT_GAP;
  }
  drawText(canvas, xLabel, plot.x + plot.width - textWidth(xLabel, STRONG), bottom + 74, STRONG);
}
