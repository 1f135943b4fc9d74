/** How the filters of the first convolution came about: a row for each epoch, a column for each filter. */
import { bold, Canvas, type Colour, drawText, scaleImage, type TextStyle, textWidth } from '@trainyard/pictures';
import type { KernelsOrder } from './picture-orders.js';

const PAPER: Colour = [255, 255, 255];
const INK: Colour = [24, 28, 36];
const FAINT: Colour = [98, 106, 120];
const TITLE: TextStyle = bold({ height: 23, colour: INK });
const NAME: TextStyle = { height: 17, colour: INK };
const SMALL: TextStyle = { height: 15, colour: FAINT };

const WIDTH = 1600;
const WIDTH_MIN = 1100;
const MARGIN = 40;
const NAMES = 136;
const HEAD = 176;
const GAP = 8;
/** Columns of one picture. */
const SHOWN_MAX = 32;
const SIDE_MAX = 84;
/** Grey stands for 0. */
const ZERO = 127.5;

export function drawKernels(order: KernelsOrder): Canvas {
  const { title, epochs, shape, kernels, filters } = order;
  const [kept, channels, rows, columns] = shape;
  const shown = Math.min(kept, SHOWN_MAX);
  const left = MARGIN + NAMES;
  const room = Math.floor((WIDTH - left - MARGIN) / shown) - GAP;
  const times = Math.max(1, Math.floor(Math.min(SIDE_MAX, room) / Math.max(rows, columns)));
  const size = { width: times * columns, height: times * rows };
  const width = Math.max(WIDTH_MIN, left + shown * (size.width + GAP) + MARGIN);
  const canvas = new Canvas(width, HEAD + epochs.length * (size.height + GAP) + MARGIN, PAPER);
  drawText(canvas, title, MARGIN, 62, TITLE);
  const of = shown < filters ? `the first ${shown} of ${filters} filters` : `${filters} filters`;
  drawText(canvas, `${of}, ${rows} × ${columns}. ${legend(channels)}`, MARGIN, 98, SMALL);
  drawText(canvas, 'filter', left - 20 - textWidth('filter', SMALL), HEAD - 16, SMALL);
  for (let filter = 0; filter < shown; filter++) {
    const x = left + filter * (size.width + GAP);
    drawHeading(canvas, String(filter), { x, width: size.width }, filter);
    const values = kernels.map((kernel) => filterOf(kernel, shape, filter));
    const scale = values.reduce((most, each) => each.reduce((high, value) => Math.max(high, Math.abs(value)), most), 0);
    values.forEach((each, row) => {
      const y = HEAD + row * (size.height + GAP);
      const planes = picture(each, { channels, scale });
      const drawn = { width: columns, height: rows, channels: channels === 3 ? 3 : 1 } as const;
      canvas.image(scaleImage(planes, drawn, size), { ...size, channels: drawn.channels }, x, y);
    });
  }
  epochs.forEach((epoch, row) => {
    const baseline = HEAD + row * (size.height + GAP) + size.height / 2 + NAME.height / 2;
    const name = epoch === 0 ? 'start' : `epoch ${epoch}`;
    drawText(canvas, name, left - 20 - textWidth(name, NAME), baseline, NAME);
  });
  return canvas;
}

function legend(channels: number): string {
  const colours = channels === 3 ? ' Its colours are what it asks of red, green and blue.' : '';
  const mean = channels !== 3 && channels !== 1 ? ` The mean of its ${channels} channels.` : '';
  return `Grey is 0, light positive, dark negative; each filter to its own scale.${colours}${mean}`;
}

/** The number above a column, where there is room for it. */
function drawHeading(canvas: Canvas, text: string, { x, width }: { x: number; width: number }, place: number): void {
  if (width < 30 && place % 5 !== 0) return;
  drawText(canvas, text, x + (width - textWidth(text, SMALL)) / 2, HEAD - 16, SMALL);
}

function filterOf(kernel: Float32Array, [filters]: KernelsOrder['shape'], filter: number): Float32Array {
  const length = kernel.length / filters;
  return kernel.subarray(filter * length, (filter + 1) * length);
}

/** uint8 planes: three of a filter on colours, else one. */
function picture(values: Float32Array, { channels, scale }: { channels: number; scale: number }): Uint8Array {
  const toByte = (value: number) => Math.round(ZERO + (scale > 0 ? (ZERO * value) / scale : 0));
  if (channels === 3 || channels === 1) return Uint8Array.from(values, toByte);
  const plane = values.length / channels;
  return Uint8Array.from({ length: plane }, (_, place) => {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += values[channel * plane + place];
    return toByte(sum / channels);
  });
}
