/** Lines over a number: losses over epochs, rates over thresholds. */
import type { Canvas, Colour } from '../canvas.js';
import { drawText, textWidth } from '../text.js';
import { scaleOf } from './axis-scale.js';
import { AXIS, FAINT, HEIGHT, hue, INK, SMALL, WIDTH } from './chart-theme.js';
import type { LegendEntry } from './legend.js';
import { drawFrame, type PlotFrame } from './plot-frame.js';
import { drawArea, drawDot, drawLine, type Point } from './shapes.js';
import { thinLine } from './thin-line.js';

export interface LineSeries {
  /** An empty name has no entry in the legend. */
  readonly name: string;
  /** By x, ascending. A y that is not finite breaks the line. */
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly colour?: Colour;
  readonly dashed?: boolean;
  /** Whether what lies between the line and 0, or the lower edge, is tinted. */
  readonly area?: boolean;
}

export interface LineChart {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** From the values where left out. */
  readonly xDomain?: readonly [number, number];
  readonly yDomain?: readonly [number, number];
  readonly logX?: boolean;
  readonly logY?: boolean;
  readonly series: readonly LineSeries[];
  /** A dashed line from the lower left to the upper right corner, and what it stands for. */
  readonly diagonal?: boolean | string;
  /** Vertical lines with a name, such as the best epoch. */
  readonly marks?: readonly { readonly x: number; readonly name: string }[];
  /** In pixels, for displays of double density; 1600 × 960 where left out. */
  readonly width?: number;
  readonly height?: number;
}

const LINE_WIDTH = 4.5;
/** Of lines with many points, which go up and down at each. */
const THIN_WIDTH = 2.5;
const MANY_POINTS = 1000;
const DASH = [14, 10] as const;
const AREA_COVER = 0.14;
/** Lines of no more points than that show each. */
const DOTS_MAX = 30;

/** A PNG. */
export function lineChart(chart: LineChart): Uint8Array<ArrayBuffer> {
  const { series, marks = [], diagonal, logX, logY } = chart;
  const ys = series.flatMap(({ points }) => points.map(([, y]) => y));
  const withZero = series.some(({ area }) => area) && !logY ? [...ys, 0] : ys;
  const xs = [...series.flatMap(({ points }) => points.map(([x]) => x)), ...marks.map(({ x }) => x)];
  const frame = drawFrame({
    ...{ title: chart.title, xLabel: chart.xLabel, yLabel: chart.yLabel },
    width: chart.width ?? WIDTH,
    height: chart.height ?? HEIGHT,
    legend: legendOf(series, diagonal),
    x: scaleOf(xs, { domain: chart.xDomain, log: logX, wanted: 10 }),
    y: scaleOf(withZero, { domain: chart.yDomain, log: logY, wanted: 6, round: true }),
  });
  const { plot, canvas } = frame;
  if (diagonal) drawDiagonal(frame);
  for (const { x, name } of marks) drawMark(frame, x, name);
  series.forEach((line, place) => {
    if (line.area) drawSeriesArea(frame, line, place, logY ? plot.y + plot.height : frame.yOf(0));
  });
  series.forEach((line, place) => {
    drawSeries(frame, line, place);
  });
  return canvas.toPng();
}

function legendOf(series: readonly LineSeries[], diagonal: LineChart['diagonal']): LegendEntry[] {
  const entries = series
    .map((line, place): LegendEntry => ({ ...penOf(line, place), name: line.name, sample: 'line' }))
    .filter(({ name }) => name !== '');
  if (typeof diagonal !== 'string') return entries;
  return [...entries, { name: diagonal, colour: AXIS, dash: DASH, sample: 'line' }];
}

function penOf({ colour, dashed }: LineSeries, place: number) {
  return { colour: colour ?? hue(place), dash: dashed ? DASH : undefined };
}

function drawSeries({ canvas, plot, pointOf }: PlotFrame, line: LineSeries, place: number): void {
  const points = thinLine(line.points.map(pointOf));
  const pen = { ...penOf(line, place), width: line.points.length > MANY_POINTS ? THIN_WIDTH : LINE_WIDTH };
  drawLine(canvas, points, pen, plot);
  if (points.length > DOTS_MAX || line.dashed) return;
  for (const point of points) {
    if (point.every(Number.isFinite)) drawDot(canvas, point, 1.4 * LINE_WIDTH, pen, grown(plot));
  }
}

function drawSeriesArea(frame: PlotFrame, line: LineSeries, place: number, zero: number): void {
  const { canvas, plot, pointOf } = frame;
  const base = Math.max(plot.y, Math.min(plot.y + plot.height, zero));
  const { colour } = penOf(line, place);
  drawArea(canvas, thinLine(line.points.map(pointOf)), base, { colour, cover: AREA_COVER }, plot);
}

function drawDiagonal({ canvas, plot }: PlotFrame): void {
  const ends: Point[] = [
    [plot.x, plot.y + plot.height],
    [plot.x + plot.width, plot.y],
  ];
  drawLine(canvas, ends, { colour: AXIS, width: 3, dash: DASH }, plot);
}

function drawMark({ canvas, plot, xOf }: PlotFrame, x: number, name: string): void {
  const at = xOf(x);
  const ends: Point[] = [
    [at, plot.y],
    [at, plot.y + plot.height],
  ];
  drawLine(canvas, ends, { colour: FAINT, width: 2.5, dash: [6, 6] }, plot);
  writeBeside(canvas, name, at, plot.y + 26, plot.x + plot.width);
}

/** To the right of a place, or to its left where there is no room. */
function writeBeside(canvas: Canvas, text: string, x: number, baseline: number, right: number): void {
  const wide = textWidth(text, SMALL);
  const start = x + 12 + wide > right ? x - 12 - wide : x + 12;
  drawText(canvas, text, start, baseline, { ...SMALL, colour: INK });
}

/** Dots at the edge of the plot are drawn whole. */
function grown({ x, y, width, height }: PlotFrame['plot']): PlotFrame['plot'] {
  const more = 2 * LINE_WIDTH;
  return { x: x - more, y: y - more, width: width + 2 * more, height: height + 2 * more };
}
