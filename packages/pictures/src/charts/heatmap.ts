/** A table of numbers as coloured cells: confusion matrices, correlations. */
import { Canvas } from '../canvas.js';
import { drawText, drawTurnedText, fitMiddle, fitText, textWidth } from '../text.js';
import { INK, LABEL, LINE, MARGIN, PAPER, SMALL, STRONG, TITLE, WIDTH } from './chart-theme.js';
import { drawColourBar } from './colour-bar.js';
import { type ColourMap, colourAt, isLight } from './colour-map.js';
import { type NumberFormat, numberText } from './number-text.js';

export interface Heatmap {
  readonly title: string;
  /** Names of rows, from above, and of columns. */
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** [row][column]; what is not finite is left white. */
  readonly values: readonly (readonly number[])[];
  /** What columns and rows are: `predicted` and `true`. */
  readonly xLabel: string;
  readonly yLabel: string;
  readonly format?: NumberFormat;
  /** Shares or counts from white, or differences around 0. */
  readonly colours?: 'sequential' | 'diverging';
  /** The value of the darkest colour; the largest one there is where left out. */
  readonly max?: number;
  /** In pixels, at most; cells are squares, no larger than 120. */
  readonly width?: number;
}

const CELL_MAX = 120;
const ROW_NAMES_MAX = 320;
const COLUMN_NAMES_MAX = 260;
const HEAD = 100;
const BAR_ROOM = 170;
const GAP = 14;
/** Smaller cells have no lines between them. */
const GRID_CELL = 24;
/** Rows of less height are not all named. */
const NAMED_PITCH = 22;

interface Layout {
  cell: number;
  left: number;
  top: number;
  turned: boolean;
  every: number;
}

/** A PNG. */
export function heatmap(chart: Heatmap): Uint8Array<ArrayBuffer> {
  const { title, rows, columns } = chart;
  const layout = layOut(chart);
  const { cell, left, top } = layout;
  const width = Math.max(left + columns.length * cell + BAR_ROOM, textWidth(title, TITLE) + 2 * MARGIN);
  const canvas = new Canvas(
    Math.ceil(Math.min(width, chart.width ?? WIDTH)),
    Math.ceil(top + rows.length * cell + MARGIN),
    PAPER,
  );
  drawText(canvas, fitText(title, canvas.width - 2 * MARGIN, TITLE), MARGIN, 62, TITLE);
  drawText(canvas, chart.xLabel, left, HEAD + 18, STRONG);
  drawText(canvas, chart.yLabel, left - GAP - textWidth(chart.yLabel, STRONG), top - GAP, STRONG);
  drawNames(canvas, chart, layout);
  const range = rangeOf(chart);
  drawCells(canvas, chart, layout, range);
  const bar = {
    x: left + columns.length * cell + 30,
    y: top,
    width: 26,
    height: Math.max(120, Math.min(rows.length * cell, 420)),
  };
  drawColourBar(canvas, bar, { ...range, format: chart.format });
  return canvas.toPng();
}

function layOut({ rows, columns, yLabel, width = WIDTH }: Heatmap): Layout {
  const widths = [textWidth(yLabel, STRONG), ...rows.map((name) => textWidth(name, LABEL))];
  const rowNames = Math.min(ROW_NAMES_MAX, Math.max(...widths));
  const left = MARGIN + rowNames + GAP;
  const room = width - left - BAR_ROOM;
  const cell = Math.max(2, Math.min(CELL_MAX, Math.floor(room / Math.max(1, columns.length))));
  const widest = Math.max(0, ...columns.map((name) => textWidth(name, SMALL)));
  const turned = widest > cell - 8;
  const names = turned ? Math.min(COLUMN_NAMES_MAX, widest) : SMALL.height;
  return { cell, left, top: HEAD + 44 + names + GAP, turned, every: Math.max(1, Math.ceil(NAMED_PITCH / cell)) };
}

function drawNames(canvas: Canvas, { rows, columns }: Heatmap, { cell, left, top, turned, every }: Layout): void {
  rows.forEach((name, row) => {
    if (row % every !== 0) return;
    const text = fitMiddle(name, ROW_NAMES_MAX, LABEL);
    drawText(canvas, text, left - GAP - textWidth(text, LABEL), top + (row + 0.5) * cell + LABEL.height / 2, LABEL);
  });
  const style = { ...SMALL, colour: INK };
  columns.forEach((name, column) => {
    if (column % every !== 0) return;
    const middle = left + (column + 0.5) * cell;
    const text = fitMiddle(name, turned ? COLUMN_NAMES_MAX : cell - 8, style);
    if (turned) drawTurnedText(canvas, text, middle + style.height / 2, top - GAP, style);
    else drawText(canvas, text, middle - textWidth(text, style) / 2, top - GAP, style);
  });
}

interface Range {
  map: ColourMap;
  low: number;
  high: number;
}

function rangeOf({ values, colours = 'sequential', max }: Heatmap): Range {
  const known = values.flat().filter(Number.isFinite);
  const most =
    max ?? known.reduce((high, value) => Math.max(high, colours === 'diverging' ? Math.abs(value) : value), 0);
  const high = most > 0 ? most : 1;
  return { map: colours, low: colours === 'diverging' ? -high : 0, high };
}

function drawCells(canvas: Canvas, { values, format }: Heatmap, { cell, left, top }: Layout, range: Range): void {
  const gap = cell >= GRID_CELL ? 2 : 0;
  const texts = values.map((row) => row.map((value) => (Number.isFinite(value) ? numberText(value, format) : '')));
  const style = figureStyle(texts.flat(), cell);
  if (gap > 0)
    canvas.fill({ x: left, y: top, width: cell * (values[0]?.length ?? 0), height: cell * values.length }, LINE);
  values.forEach((row, y) => {
    row.forEach((value, x) => {
      const colour = Number.isFinite(value)
        ? colourAt(range.map, (value - range.low) / (range.high - range.low))
        : PAPER;
      const box = { x: left + x * cell, y: top + y * cell, width: cell - gap, height: cell - gap };
      canvas.fill(box, colour);
      if (style === null || value === 0) return;
      const ink = { ...style, colour: isLight(colour) ? INK : PAPER };
      const text = texts[y][x];
      drawText(
        canvas,
        text,
        box.x + (box.width - textWidth(text, ink)) / 2,
        box.y + (box.height + ink.height) / 2,
        ink,
      );
    });
  });
}

/** The largest size in which every figure fits its cell; null where they would be too small to be read. */
function figureStyle(texts: readonly string[], cell: number) {
  for (const height of [17, 15, 13, 11]) {
    const style = { ...LABEL, height };
    if (height < cell - 10 && texts.every((text) => textWidth(text, style) <= cell - 8)) return style;
  }
  return null;
}
