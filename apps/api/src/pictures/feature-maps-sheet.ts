/** An image, and beside it what each channel of a layer makes of it. */
import {
  bold,
  Canvas,
  type Colour,
  colourAt,
  drawColourBar,
  drawText,
  scaleImage,
  shownSize,
  type TextStyle,
  textWidth,
} from '@trainyard/pictures';
import type { FeatureMapsOrder } from './picture-orders.js';

const PAPER: Colour = [255, 255, 255];
const INK: Colour = [24, 28, 36];
const FAINT: Colour = [98, 106, 120];
const TITLE: TextStyle = bold({ height: 23, colour: INK });
const SMALL: TextStyle = { height: 15, colour: FAINT };

const WIDTH = 1600;
const MARGIN = 40;
const HEAD = 150;
const INPUT_SIDE = 280;
const BAR_ROOM = 150;
const GAP = 12;
const NUMBER = 26;
const MAPS_MAX = 64;
/** Units of a dense layer, each a square of its own. */
const UNITS_MAX = 1024;
/** Brightest is what only so small a part of the values lies above: a single peak would leave all others dark. */
const PEAK = 0.002;

interface Grid {
  columns: number;
  tile: { width: number; height: number };
  left: number;
  shown: number;
  numbered: boolean;
}

export function drawFeatureMaps(order: FeatureMapsOrder): Canvas {
  const { title, shape, values } = order;
  const [maps, rows = 1, columns = 1] = shape;
  const isVector = rows === 1 && columns === 1;
  const shown = Math.min(maps, isVector ? UNITS_MAX : MAPS_MAX);
  const grid = gridOf(shown, { rows, columns }, isVector);
  const pitch = grid.tile.height + GAP + (grid.numbered ? NUMBER : 0);
  const height = HEAD + Math.max(Math.ceil(shown / grid.columns) * pitch, INPUT_SIDE + 60) + MARGIN;
  const canvas = new Canvas(WIDTH, Math.ceil(height), PAPER);
  drawText(canvas, title, MARGIN, 62, TITLE);
  const first = shown < maps ? `the first ${shown} of ` : '';
  const size = isVector ? `${first}${maps} units` : `${first}${maps} maps of ${rows} × ${columns}`;
  drawText(canvas, `${size}, all to one scale`, MARGIN, 98, SMALL);
  drawInput(canvas, order);
  const range = rangeOf(values);
  const length = rows * columns;
  for (let map = 0; map < shown; map++) {
    const x = grid.left + (map % grid.columns) * (grid.tile.width + GAP);
    const y = HEAD + Math.floor(map / grid.columns) * pitch;
    drawMap(canvas, values.subarray(map * length, (map + 1) * length), { x, y, rows, columns, tile: grid.tile, range });
    const number = String(map);
    const centre = x + (grid.tile.width - textWidth(number, SMALL)) / 2;
    if (grid.numbered) drawText(canvas, number, centre, y + grid.tile.height + 22, SMALL);
  }
  const right = grid.left + grid.columns * (grid.tile.width + GAP);
  const bar = { x: right + 24, y: HEAD, width: 26, height: INPUT_SIDE };
  drawColourBar(canvas, bar, { map: 'viridis', ...range });
  return canvas;
}

/** As many columns as make the tiles largest, in a field about as high as wide. */
function gridOf(shown: number, { rows, columns }: { rows: number; columns: number }, isVector: boolean): Grid {
  const left = MARGIN + INPUT_SIDE + 50;
  const room = WIDTH - left - MARGIN - BAR_ROOM;
  const wanted = Math.max(isVector ? 16 : 4, Math.ceil(Math.sqrt(shown * (isVector ? 2 : 1))));
  const count = Math.min(shown, wanted);
  const side = Math.min(isVector ? 56 : 220, Math.floor(room / count) - GAP);
  return {
    columns: count,
    tile: isVector ? { width: side, height: side } : shownSize({ width: columns, height: rows }, Math.max(8, side)),
    left,
    shown,
    numbered: side >= 30,
  };
}

function drawInput(canvas: Canvas, { image, pixels }: FeatureMapsOrder): void {
  const size = shownSize(image, INPUT_SIDE);
  canvas.image(scaleImage(pixels, image, size), { ...size, channels: image.channels }, MARGIN, HEAD);
  const text = `the image, ${image.width} × ${image.height}`;
  drawText(canvas, text, MARGIN, HEAD + size.height + 30, SMALL);
}

interface Range {
  low: number;
  high: number;
}

interface MapPlace {
  x: number;
  y: number;
  rows: number;
  columns: number;
  tile: { width: number; height: number };
  range: Range;
}

function drawMap(canvas: Canvas, map: Float32Array, { x, y, rows, columns, tile, range }: MapPlace): void {
  const planes = new Uint8Array(3 * map.length);
  map.forEach((value, place) => {
    const colour = colourAt('viridis', (value - range.low) / (range.high - range.low));
    for (let channel = 0; channel < 3; channel++) planes[channel * map.length + place] = colour[channel];
  });
  const drawn = scaleImage(planes, { width: columns, height: rows, channels: 3 }, tile);
  canvas.image(drawn, { ...tile, channels: 3 }, x, y);
}

function rangeOf(values: Float32Array): Range {
  const sorted = values.toSorted();
  const low = sorted[0];
  const high = sorted[Math.min(sorted.length - 1, Math.floor((1 - PEAK) * sorted.length))];
  if (high > low) return { low, high };
  const most = sorted[sorted.length - 1];
  return most > low ? { low, high: most } : { low: low - 0.5, high: low + 0.5 };
}
