/** The contact sheet of a classification: a row for each class, with its name, its counts and some of its images. */
import { SPLITS } from '@trainyard/contracts';
import { type Canvas, drawText, fitMiddle, fitText } from '@trainyard/pictures';
import { type ClassCounts, chooseClasses, countClasses } from './class-counts.js';
import type { GallerySource } from './gallery-source.js';
import { firstOfClasses } from './hash-order.js';
import {
  count,
  drawSplitBar,
  HEADER_HEIGHT,
  MARGIN,
  plural,
  SMALL,
  STRONG,
  startSheet,
  totalOf,
  WIDTH,
} from './theme.js';
import { drawTiles, TILE_GAP, tileSize } from './tiles.js';

const ROWS_MAX = 24;
const COLUMNS_MAX = 2;
const COLUMN_GAP = 44;
const LABEL_GAP = 20;
/** By how many columns there are. */
const LABEL_WIDTHS = [270, 220];
const ROW_GAP = 12;
const ROW_HEIGHT_MIN = 66;
const BAR_HEIGHT = 8;
const IMAGES_MAX = 32;

export async function drawClassSheet(source: GallerySource, order: Uint32Array): Promise<Canvas> {
  const counts = countClasses(source);
  const { shown, left } = chooseClasses(counts, ROWS_MAX * COLUMNS_MAX);
  const columns = shown.length > ROWS_MAX ? COLUMNS_MAX : 1;
  const rows = Math.ceil(shown.length / columns);
  const columnWidth = (WIDTH - 2 * MARGIN - (columns - 1) * COLUMN_GAP) / columns;
  const tile = tileSize(source.images, columns === 1 ? 'large' : 'small');
  const pitch = Math.max(tile.rise, ROW_HEIGHT_MIN) + ROW_GAP;
  const room = columnWidth - LABEL_WIDTHS[columns - 1] - LABEL_GAP + TILE_GAP;
  const across = Math.max(1, Math.min(IMAGES_MAX, Math.floor(room / tile.pitch)));
  const images = firstOfClasses(source, order, across);
  // The images end at the margin; what they leave is for the names.
  const labelWidth = columnWidth - LABEL_GAP - across * tile.pitch + TILE_GAP;

  const canvas = startSheet(source, HEADER_HEIGHT + rows * pitch - ROW_GAP + MARGIN, remarkOf(left, shown.length));
  const most = Math.max(1, ...shown.map((label) => totalOf(counts[label])));
  for (const [place, label] of shown.entries()) {
    const x = MARGIN + Math.floor(place / rows) * (columnWidth + COLUMN_GAP);
    const y = HEADER_HEIGHT + (place % rows) * pitch;
    drawLabel(canvas, source.classes[label], counts[label], { x, y, width: labelWidth, most });
    await drawTiles(canvas, source.images, images[label], { x: x + labelWidth + LABEL_GAP, y, size: tile });
  }
  return canvas;
}

function remarkOf(left: number, shown: number): string {
  if (left === 0) return '';
  return `the ${shown / 2} most and the ${shown / 2} least frequent; ${plural(left, 'class', 'classes')} between them left out`;
}

function drawLabel(
  canvas: Canvas,
  name: string,
  counts: ClassCounts,
  { x, y, width, most }: { x: number; y: number; width: number; most: number },
): void {
  drawText(canvas, fitMiddle(name, width, STRONG), x, y + 19, STRONG);
  if (totalOf(counts) === 0) {
    drawText(canvas, 'no images', x, y + 44, SMALL);
    return;
  }
  const parts = SPLITS.map((split) => count(counts[split])).join(' + ');
  const total = count(totalOf(counts));
  const text = fitText(`${total}`, width, SMALL);
  const end = drawText(canvas, text, x, y + 44, SMALL);
  const rest = fitText(` = ${parts}`, x + width - end, SMALL);
  if (!rest.endsWith('…')) drawText(canvas, rest, end, y + 44, SMALL);
  drawSplitBar(canvas, counts, width / most, x, y + 55, BAR_HEIGHT);
}
