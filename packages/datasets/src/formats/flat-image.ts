/** The shape of an image whose pixels lie in one row of numbers. */
import { type ImageOptions, TrainyardError } from '@trainyard/contracts';

export interface ImageShape {
  width: number;
  height: number;
  channels: 1 | 3;
}

/** Columns that are named by their place, as in `28x28` for the last pixel: rows first. */
const PLACE_NAME = /^(?:pixel_?)?(\d{1,4})x(\d{1,4})$/i;

/**
 * `count` numbers are a square grey image, or a square RGB one (the three numbers of a pixel together), unless
 * `options.image` or the name of the last column says another shape of as many numbers. Throws `invalid_dataset`.
 */
export function flatImageShape(count: number, options: ImageOptions = {}, lastName = ''): ImageShape {
  const shape = askedShape(count, options) ?? namedShape(count, lastName) ?? squareShape(count);
  if (shape) return shape;
  const detail = `There are ${count} numbers for each image, no square grey or RGB one. Say in options.image what width and height they are.`;
  throw new TrainyardError('invalid_dataset', detail);
}

function askedShape(count: number, { width, height }: ImageOptions): ImageShape | null {
  return width && height ? shapeOf(count, width, height) : null;
}

function namedShape(count: number, lastName: string): ImageShape | null {
  const match = PLACE_NAME.exec(lastName);
  if (!match) return null;
  const [rows, columns] = [Number(match[1]), Number(match[2])];
  return shapeOf(count, columns, rows) ?? shapeOf(count, columns + 1, rows + 1);
}

function squareShape(count: number): ImageShape | null {
  const side = (channels: number) => Math.round(Math.sqrt(count / channels));
  return shapeOf(count, side(1), side(1)) ?? shapeOf(count, side(3), side(3));
}

function shapeOf(count: number, width: number, height: number): ImageShape | null {
  if (width * height === count && count > 0) return { width, height, channels: 1 };
  return 3 * width * height === count && count > 0 ? { width, height, channels: 3 } : null;
}
