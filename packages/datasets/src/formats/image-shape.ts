/** The shapes of images that are given as numbers: in a row, or in rows of rows. */
import { type ImageOptions, TrainyardError } from '@trainyard/contracts';

export interface ImageShape {
  width: number;
  height: number;
  channels: 1 | 3;
}

/** An image of an array, and whether each of its channels is a plane of its own. */
export type ItemShape = ImageShape & { isPlanar: boolean };

/** Columns that are named by their place, as in `28x28` for the last pixel: rows first. */
const PLACE_NAME = /^(?:pixel_?)?(\d{1,4})x(\d{1,4})$/i;

/**
 * Of an item of the given sizes: (H, W), (H, W, C) or (C, H, W) with C 1 or 3, channels last where it could be either, or
 * as `flatImageShape` has it. Null for any other.
 */
export function itemShape(sizes: readonly number[], options: ImageOptions = {}): ItemShape | null {
  const [first, second, third] = sizes;
  if (sizes.length === 1) return { ...flatImageShape(first, options), isPlanar: false };
  if (sizes.length === 2) return { height: first, width: second, channels: 1, isPlanar: false };
  if (sizes.length !== 3) return null;
  if (isChannels(third)) return { height: first, width: second, channels: third, isPlanar: false };
  return isChannels(first) ? { height: second, width: third, channels: first, isPlanar: true } : null;
}

function isChannels(size: number): size is 1 | 3 {
  return size === 1 || size === 3;
}

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
