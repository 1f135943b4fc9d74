/** How the numbers of a regression are spread: a histogram of each target, by split. */
import { type Canvas, drawText, fitText, textWidth } from '@trainyard/pictures';
import { ticks } from './axis.js';
import { type GallerySource, valuesOf } from './gallery-source.js';
import {
  count,
  drawSplitColumn,
  HEADER_HEIGHT,
  LINE,
  MARGIN,
  plural,
  SMALL,
  STRONG,
  short,
  startSheet,
  totalOf,
  WIDTH,
} from './theme.js';

const TARGETS_MAX = 12;
const BINS = 40;
const PANEL_GAP = 60;
const TITLE_HEIGHT = 78;
/** Numbers closer than that, for their size, are the same but for rounding. */
const ROUNDING = 1e-9;
const ALONE_WIDTH = 60;
const CHART_HEIGHT = 260;
const AXIS_HEIGHT = 60;
const AXIS_WIDTH = 80;

type Bin = { train: number; validation: number; test: number };

export function drawValueHistogram(source: GallerySource): Canvas {
  const targets = source.targets.slice(0, TARGETS_MAX);
  const columns = targets.length === 1 ? 1 : 2;
  const rows = Math.ceil(targets.length / columns);
  const panel = TITLE_HEIGHT + CHART_HEIGHT + AXIS_HEIGHT;
  const left = source.targets.length - targets.length;
  const remark = left === 0 ? '' : `the first ${TARGETS_MAX} targets; ${plural(left, 'target')} left out`;
  const canvas = startSheet(source, HEADER_HEIGHT + rows * panel + MARGIN / 2, remark);
  const width = (WIDTH - 2 * MARGIN - (columns - 1) * PANEL_GAP) / columns;
  for (let target = 0; target < targets.length; target++) {
    const x = MARGIN + (target % columns) * (width + PANEL_GAP);
    drawPanel(canvas, source, target, { x, y: HEADER_HEIGHT + Math.floor(target / columns) * panel, width });
  }
  return canvas;
}

interface Place {
  x: number;
  y: number;
  width: number;
}

function drawPanel(canvas: Canvas, source: GallerySource, target: number, { x, y, width }: Place): void {
  const values = Float64Array.from({ length: source.images.count }, (_, index) => valuesOf(source, index)[target]);
  const { low, high, mean, deviation } = describe(values);
  drawText(canvas, fitText(source.targets[target], width, STRONG), x, y + 19, STRONG);
  const figures = `${short(low)} to ${short(high)}, mean ${short(mean)}, standard deviation ${short(deviation)}`;
  drawText(canvas, fitText(figures, width, SMALL), x, y + 46, SMALL);

  const bins = binsOf(source, values, low, high);
  const most = Math.max(1, ...bins.map(totalOf));
  const scale = CHART_HEIGHT / most;
  const bottom = y + TITLE_HEIGHT + CHART_HEIGHT;
  const left = x + AXIS_WIDTH;
  const room = width - AXIS_WIDTH;
  for (const tick of ticks(0, most, 4).filter(Number.isInteger)) {
    canvas.fill({ x: left, y: bottom - tick * scale, width: room, height: 2 }, LINE);
    const text = count(tick);
    drawText(canvas, text, left - 14 - textWidth(text, SMALL), bottom - tick * scale + 7, SMALL);
  }
  const pitch = room / bins.length;
  const wide = bins.length === 1 ? ALONE_WIDTH : pitch - 2;
  bins.forEach((bin, place) => {
    drawSplitColumn(canvas, bin, scale, { x: left + place * pitch + (pitch - wide) / 2, bottom, width: wide });
  });
  drawScale(canvas, low, high, { x: left, y: bottom, width: room });
}

function drawScale(canvas: Canvas, low: number, high: number, { x, y, width }: Place): void {
  const span = high - low;
  for (const tick of ticks(low, high, width > 1000 ? 10 : 6)) {
    const at = span === 0 ? x + width / 2 : x + ((tick - low) / span) * width;
    const text = short(tick);
    canvas.fill({ x: at - 1, y: y + 4, width: 2, height: 8 }, LINE);
    const indent = Math.min(at - textWidth(text, SMALL) / 2, x + width - textWidth(text, SMALL));
    drawText(canvas, text, indent, y + 34, SMALL);
  }
}

function binsOf({ images }: GallerySource, values: Float64Array, low: number, high: number): Bin[] {
  const length = high > low ? BINS : 1;
  const bins = Array.from({ length }, (): Bin => ({ train: 0, validation: 0, test: 0 }));
  values.forEach((value, index) => {
    const place = high > low ? Math.min(length - 1, Math.floor(((value - low) / (high - low)) * length)) : 0;
    bins[place][images.splits[index]]++;
  });
  return bins;
}

function describe(values: Float64Array) {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
    sum += value;
  }
  const mean = sum / values.length;
  if (high - low <= ROUNDING * Math.max(Math.abs(low), Math.abs(high))) high = low;
  const squares = values.reduce((total, value) => total + (value - mean) ** 2, 0);
  return { low, high, mean, deviation: Math.sqrt(squares / values.length) };
}
