/** Trials of a search: an axis for each parameter, a line for each trial, its colour for how good it was. */
import { type Box, Canvas } from '../canvas.js';
import { drawText, fitMiddle, fitText, textWidth } from '../text.js';
import { namedScale, scaleOf } from './axis-scale.js';
import { AXIS, FAINT, INK, MARGIN, PAPER, SMALL, STRONG, TITLE, WIDTH } from './chart-theme.js';
import { drawColourBar } from './colour-bar.js';
import { colourAt } from './colour-map.js';
import { drawLine, type Point } from './shapes.js';

export interface ParallelAxis {
  readonly name: string;
  readonly kind: 'number' | 'log' | 'category';
  /** Of a category: its choices, from below. Of numbers: what the axis has to hold besides the lines' values. */
  readonly values?: readonly (number | string)[];
}

export interface ParallelLine {
  /** One for each axis; null where the trial did not have that parameter. */
  readonly values: readonly (number | string | null)[];
  /** null where the trial has none yet: it is drawn grey. */
  readonly score: number | null;
}

export interface ParallelCoordinates {
  readonly title: string;
  readonly axes: readonly ParallelAxis[];
  readonly lines: readonly ParallelLine[];
  readonly scoreLabel: string;
  readonly goal: 'maximize' | 'minimize';
  readonly width?: number;
  readonly height?: number;
}

interface Axis {
  x: number;
  name: string;
  ticks: readonly { y: number; text: string }[];
  yOf(value: number | string | null): number;
}

const HEIGHT = 900;
const TOP = 160;
const BELOW = 96;
const BAR_ROOM = 150;
const SIDE = 90;
const UNSET = 'not set';
const UNSET_DROP = 44;

/** A PNG. The best line is drawn last, thick. */
export function parallelCoordinates(chart: ParallelCoordinates): Uint8Array<ArrayBuffer> {
  const { title, lines, goal, width = WIDTH, height = HEIGHT } = chart;
  const canvas = new Canvas(width, height, PAPER);
  drawText(canvas, fitText(title, width - 2 * MARGIN, TITLE), MARGIN, 62, TITLE);
  const plot = {
    x: MARGIN + SIDE,
    y: TOP,
    width: width - 2 * MARGIN - 2 * SIDE - BAR_ROOM,
    height: height - TOP - BELOW,
  };
  const axes = placeAxes(chart, plot);
  const scores = lines.flatMap(({ score }) => (score !== null && Number.isFinite(score) ? [score] : []));
  const [low, high] = [Math.min(...scores), Math.max(...scores)];
  const goodness = (score: number) =>
    high > low ? (goal === 'maximize' ? score - low : high - score) / (high - low) : 1;
  for (const line of fromWorst(lines, goodness)) {
    const known = line.score !== null && Number.isFinite(line.score);
    const isBest = known && line.score === (goal === 'maximize' ? high : low);
    const colour = known ? colourAt('viridis', goodness(line.score ?? 0)) : AXIS;
    drawTrial(canvas, axes, line, isBest ? { colour, width: 8 } : { colour, width: 4, cover: 0.8 });
  }
  for (const [place, axis] of axes.entries()) drawAxis(canvas, axis, plot, nameRoom(axes, place, width));
  if (scores.length === 0) return canvas.toPng();
  const bar = { x: width - MARGIN - BAR_ROOM + 20, y: plot.y, width: 26, height: Math.min(plot.height, 420) };
  const ends = goal === 'maximize' ? { low, high } : { low: high, high: low };
  drawColourBar(canvas, bar, { map: 'viridis', ...ends });
  return canvas.toPng();
}

function placeAxes(chart: ParallelCoordinates, plot: Box): Axis[] {
  const score = { name: chart.scoreLabel, kind: 'number' as const };
  const all = [...chart.axes, score];
  const scores = chart.lines.flatMap(({ score: value }) => (value === null ? [] : [value]));
  const columns = [...chart.axes.map((_, place) => chart.lines.map(({ values }) => values[place] ?? null)), scores];
  return all.map((axis, place) => {
    const x = plot.x + (all.length === 1 ? 0 : (place / (all.length - 1)) * plot.width);
    return placeAxis(axis, columns[place], plot, x);
  });
}

function placeAxis(axis: ParallelAxis, found: readonly (number | string | null)[], plot: Box, x: number): Axis {
  const known = [...(axis.values ?? []), ...found.filter((value) => value !== null)];
  const hasUnset = found.some((value) => value === null);
  const bottom = plot.y + plot.height - (hasUnset ? UNSET_DROP : 0);
  const names = [...new Set(known.map(String))];
  const numbers = known.map(Number).filter(Number.isFinite);
  const scale =
    axis.kind === 'category' ? namedScale(names) : scaleOf(numbers, { log: axis.kind === 'log', wanted: 5 });
  const at = (value: number) => bottom - scale.place(value) * (bottom - plot.y);
  const ticks = scale.ticks.map((tick) => ({ y: at(tick.at), text: tick.text }));
  const unset = plot.y + plot.height;
  return {
    x,
    name: axis.name,
    ticks: hasUnset ? [...ticks, { y: unset, text: UNSET }] : ticks,
    yOf: (value) => {
      if (value === null) return unset;
      return at(axis.kind === 'category' ? names.indexOf(String(value)) : Number(value));
    },
  };
}

function* fromWorst(lines: readonly ParallelLine[], goodness: (score: number) => number) {
  const rank = ({ score }: ParallelLine) => (score === null || !Number.isFinite(score) ? -1 : goodness(score));
  yield* [...lines].sort((a, b) => rank(a) - rank(b));
}

function drawTrial(
  canvas: Canvas,
  axes: readonly Axis[],
  line: ParallelLine,
  pen: Parameters<typeof drawLine>[2],
): void {
  const points = [...line.values, line.score]
    .map((value, place): Point => [axes[place].x, axes[place].yOf(value)])
    .slice(0, line.score === null ? -1 : undefined);
  drawLine(canvas, points, pen, { x: 0, y: 0, width: canvas.width, height: canvas.height });
}

function nameRoom(axes: readonly Axis[], place: number, width: number): number {
  if (axes.length < 2) return width - 2 * MARGIN;
  return axes[1].x - axes[0].x - (place === axes.length - 1 ? 10 : 18);
}

function drawAxis(canvas: Canvas, { x, name, ticks }: Axis, plot: Box, room: number): void {
  canvas.fill({ x: x - 1, y: plot.y, width: 3, height: plot.height }, AXIS);
  const text = fitMiddle(name, Math.max(room, 60), STRONG);
  drawText(canvas, text, x - textWidth(text, STRONG) / 2, plot.y - 40, STRONG);
  for (const { y, text: figure } of ticks) {
    canvas.fill({ x: x - 7, y: y - 1, width: 14, height: 2 }, FAINT);
    const wide = textWidth(figure, SMALL);
    canvas.fill({ x: x - 20 - wide, y: y - 12, width: wide + 10, height: 24 }, PAPER);
    drawText(canvas, figure, x - 14 - wide, y + 7, { ...SMALL, colour: INK });
  }
}
