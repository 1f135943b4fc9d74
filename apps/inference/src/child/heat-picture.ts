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
const SIDE = 720;
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
  for (let y = 0; y < shown.height; y++) {
    for (let x = 0; x < shown.width; x++) {
      const from = pixelAt(x / shown.width, y / shown.height, decoded);
      canvas.blend(MARGIN + x, HEAD + y, [pixels[from], pixels[from + 1], pixels[from + 2]], 1);
      const across = (((x + 0.5) / shown.width) * image.width - region.x) / region.width;
      const down = (((y + 0.5) / shown.height) * image.height - region.y) / region.height;
      if (across < 0 || across > 1 || down < 0 || down > 1) canvas.blend(MARGIN + x, HEAD + y, PAPER, UNSEEN);
      else {
        const share = heatAt(heat, across, down);
        const cover = COVER.least + (COVER.most - COVER.least) * share;
        canvas.blend(MARGIN + x, HEAD + y, colourAt('turbo', share), cover);
      }
    }
  }
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

/** Where the pixel at these shares of both sides begins. */
function pixelAt(across: number, down: number, { width, height }: { width: number; height: number }): number {
  return 3 * (Math.floor(down * height + 1e-9) * width + Math.floor(across * width + 1e-9));
}
