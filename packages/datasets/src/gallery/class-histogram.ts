/** How many images each class has, by split: a bar for each, or, of many classes, columns by rank. */
import { type Canvas, drawText, fitMiddle, textWidth } from '@trainyard/pictures';
import { ticks } from './axis.js';
import { byFrequency, type ClassCounts, chooseClasses, countClasses } from './class-counts.js';
import type { GallerySource } from './gallery-source.js';
import {
  count,
  drawSplitBar,
  drawSplitColumn,
  HEADER_HEIGHT,
  INK,
  LINE,
  MARGIN,
  NAME,
  percent,
  SMALL,
  startSheet,
  totalOf,
  WIDTH,
} from './theme.js';

const BARS_MAX = 60;
const BAR_PITCH = 36;
const BAR_HEIGHT = 24;
const NAME_WIDTH = 300;
const FIGURES_WIDTH = 210;
const GAP = 18;

const CHART_HEIGHT = 420;
const AXIS_WIDTH = 90;
/** Classes that are named below the columns: the most and the least frequent ones, in two lists. */
const NAMED = 24;
const LIST_GAP = 60;
const LIST_TOP = 64;

export function drawClassHistogram(source: GallerySource): Canvas {
  const counts = countClasses(source);
  return counts.length <= BARS_MAX ? drawBars(source, counts) : drawRanks(source, counts);
}

function drawBars(source: GallerySource, counts: readonly ClassCounts[]): Canvas {
  const canvas = startSheet(source, HEADER_HEIGHT + counts.length * BAR_PITCH + MARGIN - (BAR_PITCH - BAR_HEIGHT));
  const shown = counts.map((_, label) => label);
  drawBarList(canvas, source, counts, shown, { x: MARGIN, y: HEADER_HEIGHT, width: WIDTH - 2 * MARGIN });
  return canvas;
}

function drawRanks(source: GallerySource, counts: readonly ClassCounts[]): Canvas {
  const { shown } = chooseClasses(counts, NAMED);
  const half = shown.length / 2;
  const height = HEADER_HEIGHT + CHART_HEIGHT + LIST_TOP + half * BAR_PITCH + MARGIN;
  const canvas = startSheet(source, height, 'all classes from the most to the least frequent');
  drawColumns(
    canvas,
    byFrequency(counts).map((label) => counts[label]),
  );
  const width = (WIDTH - 2 * MARGIN - LIST_GAP) / 2;
  const y = HEADER_HEIGHT + CHART_HEIGHT + LIST_TOP;
  for (const [place, title] of [`the ${half} most frequent`, `the ${half} least frequent`].entries()) {
    const x = MARGIN + place * (width + LIST_GAP);
    drawText(canvas, title, x, y - 22, SMALL);
    drawBarList(canvas, source, counts, shown.slice(place * half, (place + 1) * half), { x, y, width });
  }
  return canvas;
}

/** Name, bar, count and share of each class; all bars of a picture are to the same scale. */
function drawBarList(
  canvas: Canvas,
  source: GallerySource,
  counts: readonly ClassCounts[],
  shown: readonly number[],
  { x, y, width }: { x: number; y: number; width: number },
): void {
  const most = Math.max(1, ...counts.map(totalOf));
  const nameWidth = Math.min(NAME_WIDTH, width * 0.35);
  const room = width - nameWidth - GAP - FIGURES_WIDTH;
  shown.forEach((label, place) => {
    const top = y + place * BAR_PITCH;
    const total = totalOf(counts[label]);
    drawText(canvas, fitMiddle(source.classes[label], nameWidth, NAME), x, top + 20, NAME);
    const left = x + nameWidth + GAP;
    drawSplitBar(canvas, counts[label], room / most, left, top, BAR_HEIGHT);
    const end = drawText(canvas, count(total), left + (total * room) / most + 12, top + 19, { ...SMALL, colour: INK });
    drawText(canvas, percent(total, source.images.count), end + 12, top + 19, SMALL);
  });
}

function drawColumns(canvas: Canvas, ranked: readonly ClassCounts[]): void {
  const most = Math.max(1, ...ranked.map(totalOf));
  const scale = (CHART_HEIGHT - 10) / most;
  const bottom = HEADER_HEIGHT + CHART_HEIGHT;
  const left = MARGIN + AXIS_WIDTH;
  const room = WIDTH - MARGIN - left;
  for (const tick of ticks(0, most, 5)) {
    canvas.fill({ x: left, y: bottom - tick * scale, width: room, height: 2 }, LINE);
    const text = count(tick);
    drawText(canvas, text, left - 14 - textWidth(text, SMALL), bottom - tick * scale + 7, SMALL);
  }
  const pitch = room / ranked.length;
  const width = Math.max(1, pitch - (pitch >= 4 ? 2 : 0));
  ranked.forEach((counts, rank) => {
    drawSplitColumn(canvas, counts, scale, { x: left + rank * pitch, bottom, width });
  });
}
