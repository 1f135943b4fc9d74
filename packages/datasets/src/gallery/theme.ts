/** Colours, sizes and the parts that all pictures of a data set have in common. Sizes are for displays of double density. */
import { SPLITS, type Split } from '@trainyard/contracts';
import { bold, Canvas, type Colour, drawText, type TextStyle, textWidth } from '@trainyard/pictures';
import type { GallerySource } from './gallery-source.js';

export const WIDTH = 1600;
export const MARGIN = 40;
export const HEADER_HEIGHT = 134;

export const PAPER: Colour = [255, 255, 255];
export const INK: Colour = [24, 28, 36];
export const FAINT: Colour = [98, 106, 120];
export const LINE: Colour = [226, 229, 234];

export const SPLIT_COLOURS: Readonly<Record<Split, Colour>> = {
  train: [59, 108, 196],
  validation: [232, 152, 40],
  test: [38, 150, 112],
};

export const TITLE: TextStyle = bold({ height: 23, colour: INK });
export const NAME: TextStyle = { height: 18, colour: INK };
export const STRONG: TextStyle = bold(NAME);
export const SMALL: TextStyle = { height: 15, colour: FAINT };

const SQUARE = 18;

export type Counted = Readonly<Record<Split, number>>;

export function count(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

export function plural(number: number, one: string, several = `${one}s`): string {
  return `${count(number)} ${number === 1 ? one : several}`;
}

export function percent(part: number, whole: number): string {
  const share = whole === 0 ? 0 : (100 * part) / whole;
  return `${share.toFixed(share > 0 && share < 10 ? 1 : 0)} %`;
}

/** A number in as few digits as tell it from others of its size. */
export function short(value: number): string {
  if (Math.abs(value) >= 1e7) return signed(value.toExponential(3).replace(/\.?0*e\+/, 'e'));
  return signed(Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4))));
}

function signed(number: string): string {
  return number.replace(/-/g, '−');
}

/** Writes numbers between `low` and `high` with as many decimals as tell hundredths of that range apart. */
export function formatFor(low: number, high: number): (value: number) => string {
  const decimals = high > low ? Math.max(0, -Math.floor(Math.log10((high - low) / 100))) : 0;
  if (decimals > 6 || Math.max(Math.abs(low), Math.abs(high)) >= 1e6) return short;
  return (value) => (Number.isInteger(value) ? short(value) : signed(value.toFixed(decimals)));
}

export function totalOf(counted: Counted): number {
  return SPLITS.reduce((sum, split) => sum + counted[split], 0);
}

/** An empty picture with what the data set is above, how it is divided, and a remark. */
export function startSheet(source: GallerySource, height: number, remark = ''): Canvas {
  const canvas = new Canvas(WIDTH, Math.ceil(height), PAPER);
  drawText(canvas, titleOf(source), MARGIN, 62, TITLE);
  const legendEnd = drawLegend(canvas, splitTotals(source), MARGIN, 100);
  const width = textWidth(remark, SMALL);
  if (remark !== '') drawText(canvas, remark, Math.max(legendEnd + 30, WIDTH - MARGIN - width), 100, SMALL);
  return canvas;
}

/** A bar whose parts are the splits, from left to right. */
export function drawSplitBar(canvas: Canvas, counted: Counted, scale: number, x: number, y: number, height: number) {
  let left = x;
  for (const split of SPLITS) {
    const width = counted[split] * scale;
    canvas.fill({ x: left, y, width, height }, SPLIT_COLOURS[split]);
    left += width;
  }
  // What is there is seen, however little it is.
  if (totalOf(counted) > 0 && left - x < 1) canvas.fill({ x, y, width: 2, height }, SPLIT_COLOURS.train);
}

/** The same, standing on `bottom`. */
export function drawSplitColumn(
  canvas: Canvas,
  counted: Counted,
  scale: number,
  { x, bottom, width }: { x: number; bottom: number; width: number },
): void {
  let top = bottom;
  for (const split of SPLITS) {
    const height = counted[split] * scale;
    canvas.fill({ x, y: top - height, width, height }, SPLIT_COLOURS[split]);
    top -= height;
  }
  if (totalOf(counted) > 0 && bottom - top < 1)
    canvas.fill({ x, y: bottom - 2, width, height: 2 }, SPLIT_COLOURS.train);
}

function titleOf({ task, classes, targets, images }: GallerySource): string {
  const { width, height, channels } = images.image;
  const labels = {
    multiclass: plural(classes.length, 'class', 'classes'),
    multilabel: plural(classes.length, 'label'),
    regression: plural(targets.length, 'target'),
  }[task];
  return `${plural(images.count, 'image')} · ${labels} · ${width} × ${height} ${channels === 1 ? 'grey' : 'RGB'}`;
}

function splitTotals({ images }: GallerySource): Counted {
  const totals = { train: 0, validation: 0, test: 0 };
  for (const split of images.splits) totals[split]++;
  return totals;
}

function drawLegend(canvas: Canvas, totals: Counted, x: number, baseline: number): number {
  let left = x;
  for (const split of SPLITS) {
    canvas.fill({ x: left, y: baseline - SQUARE + 1, width: SQUARE, height: SQUARE }, SPLIT_COLOURS[split]);
    left = drawText(canvas, `${split} ${count(totals[split])}`, left + SQUARE + 10, baseline, SMALL) + 34;
  }
  return left - 34;
}
