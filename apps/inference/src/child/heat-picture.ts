/** Draws heat over the image that it was found in, with a bar that says which colour is how much. */
import type { ImageRegion } from '@trainyard/contracts';
import { decodeImage } from '@trainyard/datasets';
import {
  bold,
  Canvas,
  type Colour,
  colourAt,
  drawColourBar,
  drawText,
  fitText,
  type TextStyle,
} from '@trainyard/pictures';
import type { Heat } from '@trainyard/runtime';
import { heatAt } from './heat-at.js';

const PAPER: Colour = [255, 255, 255];
const INK: Colour = [24, 28, 36];
const FAINT: Colour = [98, 106, 120];
const TITLE: TextStyle = bold({ height: 23, colour: INK });
const SMALL: TextStyle = { height: 15, colour: FAINT };

/** Of the longer side of the image. */
const SIDE = 560;
/** From so many times on the pixels of a small image are shown as squares. */
const SQUARES_FROM = 4;
const MARGIN = 40;
const HEAD = 130;
const BAR = { gap: 28, width: 26, room: 130 };
const WIDTH_MIN = 560;
/** How much of its colour lies over the image where there is no heat, and where there is most. */
const COVER = { least: 0.22, most: 0.6 };
/** Of white over what the model did not see. */
const UNSEEN = 0.6;
const SHADES = 256;

export interface HeatPicture {
  file: Uint8Array;
  /** Size of the image, upright. */
  image: { width: number; height: number };
  region: ImageRegion;
  heat: Heat;
  title: string;
}

/** A PNG. Throws `invalid_image` where the file cannot be read. */
export async function drawHeat({ file, image, region, heat, title }: HeatPicture): Promise<Uint8Array<ArrayBuffer>> {
  const shown = shownSize(image);
  const decoded = shown.isEnlarged ? image : shown;
  const pixels = await decodeImage(file, { ...decoded, channels: 3, fit: 'fill' });
  const width = Math.max(WIDTH_MIN, 2 * MARGIN + shown.width + BAR.gap + BAR.room);
  const canvas = new Canvas(width, HEAD + shown.height + MARGIN, PAPER);
  drawText(canvas, fitText(title, width - 2 * MARGIN, TITLE), MARGIN, 62, TITLE);
  const { layer, rows, columns } = heat;
  const found = heat.values.some((value) => value > 0) ? '' : '; nothing speaks for it';
  drawText(canvas, fitText(`${layer}, ${rows} × ${columns}${found}`, width - 2 * MARGIN, SMALL), MARGIN, 98, SMALL);
  const painted = paint(heat, { pixels, ...decoded }, shown, { image, region });
  canvas.image(painted, { width: shown.width, height: shown.height, channels: 3 }, MARGIN, HEAD);
  const bar = {
    x: MARGIN + shown.width + BAR.gap,
    y: HEAD,
    width: BAR.width,
    height: Math.max(120, Math.min(shown.height, 420)),
  };
  drawColourBar(canvas, bar, { map: 'turbo', low: 0, high: 1 });
  return canvas.toPng();
}

interface Shown {
  width: number;
  height: number;
  /** By a whole number, so that the image need not be resized. */
  isEnlarged: boolean;
}

function shownSize({ width, height }: { width: number; height: number }): Shown {
  const scale = SIDE / Math.max(width, height);
  const times = Math.floor(scale);
  if (times >= SQUARES_FROM) return { width: width * times, height: height * times, isEnlarged: true };
  const part = (length: number) => Math.max(1, Math.round(length * scale));
  return { width: part(width), height: part(height), isEnlarged: false };
}

interface Decoded {
  /** uint8 [height, width, 3] */
  pixels: Uint8Array;
  width: number;
  height: number;
}

/** The image with its heat: uint8 [height, width, 3] of the shown size. */
function paint(
  heat: Heat,
  decoded: Decoded,
  { width, height }: Shown,
  { image, region }: Pick<HeatPicture, 'image' | 'region'>,
): Uint8Array {
  const painted = new Uint8Array(width * height * 3);
  const colours = Array.from({ length: SHADES }, (_, shade) => colourAt('turbo', shade / (SHADES - 1)));
  const seenAt = (place: number, sides: number, side: number, start: number, length: number) =>
    (((place + 0.5) / sides) * side - start) / length;
  const across = Float64Array.from({ length: width }, (_, x) => seenAt(x, width, image.width, region.x, region.width));
  for (let y = 0; y < height; y++) {
    const down = seenAt(y, height, image.height, region.y, region.height);
    const isRowSeen = down >= 0 && down <= 1;
    const row = Math.floor((y * decoded.height) / height) * decoded.width;
    for (let x = 0; x < width; x++) {
      const from = 3 * (row + Math.floor((x * decoded.width) / width));
      const to = 3 * (y * width + x);
      const isSeen = isRowSeen && across[x] >= 0 && across[x] <= 1;
      const share = isSeen ? heatAt(heat, across[x], down) : 0;
      const colour = isSeen ? colours[Math.round(share * (SHADES - 1))] : PAPER;
      const cover = isSeen ? COVER.least + (COVER.most - COVER.least) * share : UNSEEN;
      for (let channel = 0; channel < 3; channel++) {
        const below = decoded.pixels[from + channel];
        painted[to + channel] = below + (colour[channel] - below) * cover + 0.5;
      }
    }
  }
  return painted;
}
