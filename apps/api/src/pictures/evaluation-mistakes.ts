/** A sheet of images whose labels and predictions differ: each with both, and how sure the model was. */
import type { EvaluatedImage } from '@trainyard/contracts';
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
} from '@trainyard/pictures';
import type { MistakesOrder } from './picture-orders.js';

const PAPER: Colour = [255, 255, 255];
const INK: Colour = [24, 28, 36];
const FAINT: Colour = [98, 106, 120];
const WRONG: Colour = [192, 48, 40];
const FRAME: Colour = [226, 229, 234];
const TITLE: TextStyle = bold({ height: 23, colour: INK });
const IS: TextStyle = bold({ height: 17, colour: INK });
const SAID: TextStyle = bold({ height: 17, colour: WRONG });
const SMALL: TextStyle = { height: 14, colour: FAINT };

const WIDTH = 1600;
const MARGIN = 40;
const COLUMNS = 6;
const GAP = 24;
const SIDE = (WIDTH - 2 * MARGIN - (COLUMNS - 1) * GAP) / COLUMNS;
const HEAD = 124;
const LINE = 28;
/** How the captions are read. */
const KEY = 'black: the label · red: what was predicted · grey: its place in the split, and its file';
const PITCH = SIDE + 3 * LINE + 34;

export function drawMistakes({ title, image, pixels, images }: MistakesOrder): Canvas {
  const rows = Math.max(1, Math.ceil(images.length / COLUMNS));
  const canvas = new Canvas(WIDTH, Math.ceil(HEAD + rows * PITCH + MARGIN / 2), PAPER);
  drawText(canvas, fitText(title, WIDTH - 2 * MARGIN, TITLE), MARGIN, 62, TITLE);
  drawText(canvas, KEY, MARGIN, 94, SMALL);
  const size = shownSize(image, Math.floor(SIDE));
  const bytes = image.width * image.height * image.channels;
  images.forEach((mistake, place) => {
    const x = Math.round(MARGIN + (place % COLUMNS) * (SIDE + GAP));
    const y = Math.round(HEAD + Math.floor(place / COLUMNS) * PITCH);
    const tile = scaleImage(pixels.subarray(place * bytes, (place + 1) * bytes), image, size);
    canvas.fill({ x: x - 2, y: y - 2, width: size.width + 4, height: size.height + 4 }, FRAME);
    canvas.image(tile, { ...size, channels: image.channels }, x, y);
    drawCaption(canvas, mistake, x, y + size.height);
  });
  return canvas;
}

function drawCaption(canvas: Canvas, mistake: EvaluatedImage, x: number, bottom: number): void {
  const { is, said } = captionOf(mistake);
  drawText(canvas, fitText(is, SIDE, IS), x, bottom + LINE, IS);
  drawText(canvas, fitText(said, SIDE, SAID), x, bottom + 2 * LINE, SAID);
  drawText(canvas, fitMiddle(`${mistake.index} · ${mistake.file}`, SIDE, SMALL), x, bottom + 3 * LINE - 2, SMALL);
}

/** What an image is and what was said of it, in one line each. */
export function captionOf(mistake: EvaluatedImage): { is: string; said: string } {
  if (mistake.label !== undefined) {
    const share = Math.round(100 * (mistake.predicted_probability ?? 0));
    return { is: mistake.label, said: `${mistake.predicted} ${share} %` };
  }
  if (mistake.labels !== undefined) {
    return { is: listed(mistake.labels), said: listed(mistake.predicted_labels ?? []) };
  }
  const values = Object.entries(mistake.values ?? {});
  const predicted = mistake.predicted_values ?? {};
  return {
    is: values.map(([name, value]) => `${name} ${short(value)}`).join(', '),
    said: values.map(([name]) => short(predicted[name])).join(', '),
  };
}

function listed(names: readonly string[]): string {
  return names.length > 0 ? names.join(', ') : 'nothing';
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
