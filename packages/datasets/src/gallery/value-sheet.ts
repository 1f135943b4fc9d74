/** The contact sheet of a regression: for each target images in the order of its values, each with its number. */
import { type Canvas, drawText, fitText, textWidth } from '@trainyard/pictures';
import { type GallerySource, valuesOf } from './gallery-source.js';
import { formatFor, HEADER_HEIGHT, MARGIN, plural, SMALL, STRONG, short, startSheet, WIDTH } from './theme.js';
import { drawTiles, TILE_GAP, tileSize } from './tiles.js';

const TARGETS_MAX = 8;
/** Rows of images for one target, and for each of several. */
const ROWS_ALONE = 6;
const ROWS = 2;
const TITLE_HEIGHT = 40;
const CAPTION_HEIGHT = 34;
const TARGET_GAP = 24;

export async function drawValueSheet(source: GallerySource): Promise<Canvas> {
  const { images } = source;
  const targets = source.targets.slice(0, TARGETS_MAX);
  const tile = tileSize(images);
  const across = Math.max(1, Math.floor((WIDTH - 2 * MARGIN + TILE_GAP) / tile.pitch));
  const rowsMax = targets.length === 1 ? ROWS_ALONE : ROWS;
  const rows = Math.max(1, Math.min(rowsMax, Math.ceil(images.count / across)));
  const pitch = tile.rise + CAPTION_HEIGHT;
  const block = TITLE_HEIGHT + rows * pitch + TARGET_GAP;
  const left = source.targets.length - targets.length;
  const remark = left === 0 ? '' : `the first ${TARGETS_MAX} targets; ${plural(left, 'target')} left out`;
  const canvas = startSheet(source, HEADER_HEIGHT + targets.length * block - TARGET_GAP + MARGIN / 2, remark);
  for (const [target, name] of targets.entries()) {
    const top = HEADER_HEIGHT + target * block;
    const chosen = byQuantile(source, target, across * rows);
    const numberAt = (place: number) => valuesOf(source, chosen[place])[target];
    const format = chosen.length > 0 ? formatFor(numberAt(0), numberAt(chosen.length - 1)) : short;
    drawText(canvas, fitText(name, WIDTH - 2 * MARGIN, STRONG), MARGIN, top + 19, STRONG);
    for (let row = 0; row < rows; row++) {
      const indices = chosen.slice(row * across, (row + 1) * across);
      const y = top + TITLE_HEIGHT + row * pitch;
      await drawTiles(canvas, images, indices, { x: MARGIN, y, size: tile });
      indices.forEach((index, place) => {
        const text = fitText(format(valuesOf(source, index)[target]), tile.pitch, SMALL);
        const indent = (tile.width - textWidth(text, SMALL)) / 2;
        drawText(canvas, text, MARGIN + place * tile.pitch + indent, y + tile.rise + 22, SMALL);
      });
    }
  }
  return canvas;
}

/** Images whose values are as far apart in rank as the number of places allows, by rising value. */
function byQuantile(source: GallerySource, target: number, places: number): number[] {
  const { count } = source.images;
  const values = Float64Array.from({ length: count }, (_, index) => valuesOf(source, index)[target]);
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  order.sort((a, b) => values[a] - values[b] || a - b);
  const shown = Math.min(places, count);
  const rank = (place: number) => (shown === 1 ? 0 : Math.round((place * (count - 1)) / (shown - 1)));
  return Array.from({ length: shown }, (_, place) => order[rank(place)]);
}
