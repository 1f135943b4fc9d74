/** The preview of an augmentation: each row an image, as it is and as the first epochs of a training would see it. */
import type { Augmentation, ImageSize } from '@trainyard/contracts';
import { allocateMixedRows, createAugmenter, type MixedRows, mixImages } from '@trainyard/engine';
import {
  bold,
  Canvas,
  type Colour,
  drawText,
  fitMiddle,
  fitText,
  scaleImage,
  shownSize,
  type TextStyle,
  textWidth,
} from '@trainyard/pictures';
import type { AugmentOrder } from './picture-orders.js';

const PAPER: Colour = [255, 255, 255];
const INK: Colour = [24, 28, 36];
const FAINT: Colour = [98, 106, 120];
const TITLE: TextStyle = bold({ height: 23, colour: INK });
const NAME: TextStyle = bold({ height: 17, colour: INK });
const SMALL: TextStyle = { height: 15, colour: FAINT };

/** Of displays of double density. */
const WIDTH = 1600;
const WIDTH_MIN = 900;
const MARGIN = 40;
const NAME_WIDTH = 240;
/** Between the original and its variants. */
const ORIGINAL_GAP = 28;
const GAP = 10;
const SIDE_MAX = 192;
const LINE = 26;
const CAPTION = 30;

export function drawAugmentSheet(order: AugmentOrder): Canvas {
  const { image, variants, rows, title, seed } = order;
  const mixes = Boolean(order.augmentation?.mixup || order.augmentation?.cutmix) && rows.length > 1;
  const room = WIDTH - 2 * MARGIN - NAME_WIDTH - ORIGINAL_GAP - variants * GAP;
  const size = shownSize(image, Math.min(SIDE_MAX, Math.floor(room / (variants + 1))));
  const left = MARGIN + NAME_WIDTH;
  const columnOf = (variant: number) => left + size.width + ORIGINAL_GAP + variant * (size.width + GAP);
  const settings = settingLines(order);
  const head = 84 + settings.length * LINE + 48;
  const pitch = size.height + (mixes ? CAPTION : 0) + GAP + 4;
  const width = columnOf(variants) - GAP + MARGIN;
  const canvas = new Canvas(Math.max(width, WIDTH_MIN), head + rows.length * pitch - GAP + MARGIN - 4, PAPER);
  drawText(canvas, title, MARGIN, 62, TITLE);
  settings.forEach((line, place) => {
    drawText(canvas, line, MARGIN, 94 + place * LINE, SMALL);
  });
  drawCentred(canvas, 'original', left, head - 16, size.width);
  for (let variant = 0; variant < variants; variant++) {
    const words = [`epoch ${variant + 1}`, String(variant + 1)];
    const heading = words.find((text) => textWidth(text, SMALL) <= size.width) ?? '';
    drawCentred(canvas, heading, columnOf(variant), head - 16, size.width);
  }

  const tiles = { canvas, image, size, pitch, top: head };
  drawColumn(tiles, order.pixels, left);
  for (let variant = 0; variant < variants; variant++) {
    const { pixels, mixed } = augmented(order, { seed, epoch: variant + 1 });
    drawColumn(tiles, pixels, columnOf(variant));
    if (mixes && mixed) drawShares(tiles, rows, mixed, columnOf(variant));
  }
  rows.forEach(({ name, place }, row) => {
    const y = head + row * pitch;
    drawText(canvas, fitMiddle(name, NAME_WIDTH - 20, NAME), MARGIN, y + 20, NAME);
    if (size.height >= 48) drawText(canvas, `train image ${place}`, MARGIN, y + 46, SMALL);
  });
  return canvas;
}

/** The images as one epoch sees them; they are mixed as if they were a batch. */
function augmented(
  { image, pixels, rows, augmentation }: AugmentOrder,
  { seed, epoch }: { seed: number; epoch: number },
): { pixels: Uint8Array; mixed: MixedRows | null } {
  if (augmentation === null) return { pixels, mixed: null };
  const bytes = image.width * image.height * image.channels;
  const augment = createAugmenter(image, augmentation);
  const changed = new Uint8Array(pixels.length);
  rows.forEach(({ place }, row) => {
    const [start, end] = [row * bytes, (row + 1) * bytes];
    augment(pixels.subarray(start, end), changed.subarray(start, end), { seed, epoch, index: place });
  });
  if (!mixesOf(augmentation)) return { pixels: changed, mixed: null };
  const mixed = allocateMixedRows(rows.length);
  const together = new Uint8Array(pixels.length);
  mixImages(changed, together, image, augmentation, { seed, step: epoch }, mixed);
  return { pixels: together, mixed };
}

function mixesOf({ mixup, cutmix }: Augmentation): boolean {
  return mixup !== null || cutmix !== null;
}

interface Tiles {
  canvas: Canvas;
  image: ImageSize;
  size: { width: number; height: number };
  pitch: number;
  top: number;
}

function drawColumn({ canvas, image, size, pitch, top }: Tiles, pixels: Uint8Array, x: number): void {
  const bytes = image.width * image.height * image.channels;
  for (let row = 0; row * bytes < pixels.length; row++) {
    const tile = scaleImage(pixels.subarray(row * bytes, (row + 1) * bytes), image, size);
    canvas.image(tile, { ...size, channels: image.channels }, x, top + row * pitch);
  }
}

/** How much of a mixed image is its own, and what the rest is of. */
function drawShares(
  { canvas, size, pitch, top }: Tiles,
  rows: AugmentOrder['rows'],
  { shares, partners }: MixedRows,
  x: number,
): void {
  rows.forEach((_, row) => {
    const own = Math.round(100 * shares[row]);
    const text = fitText(`${own} % + ${rows[partners[row]].name}`, size.width, SMALL);
    drawText(canvas, text, x, top + row * pitch + size.height + 22, SMALL);
  });
}

function drawCentred(canvas: Canvas, text: string, x: number, baseline: number, width: number): void {
  drawText(canvas, text, x + (width - textWidth(text, SMALL)) / 2, baseline, SMALL);
}

/** The settings, as many on a line as there is room for. */
function settingLines({ settings, seed }: AugmentOrder): string[] {
  const lines: string[] = [];
  for (const setting of [...settings, `seed ${seed}`]) {
    const longer = lines.length === 0 ? setting : `${lines[lines.length - 1]} · ${setting}`;
    if (lines.length > 0 && textWidth(longer, SMALL) <= WIDTH_MIN - 2 * MARGIN) lines[lines.length - 1] = longer;
    else lines.push(setting);
  }
  return lines;
}
