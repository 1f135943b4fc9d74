/** Colours, sizes and pens that all charts have in common. Sizes are for displays of double density. */
import type { Colour } from '../canvas.js';
import { bold, type TextStyle } from '../text.js';

export const WIDTH = 1600;
export const HEIGHT = 960;
export const MARGIN = 40;

export const PAPER: Colour = [255, 255, 255];
export const INK: Colour = [24, 28, 36];
export const FAINT: Colour = [98, 106, 120];
export const LINE: Colour = [226, 229, 234];
export const AXIS: Colour = [160, 166, 176];

export const TITLE: TextStyle = bold({ height: 23, colour: INK });
export const LABEL: TextStyle = { height: 17, colour: INK };
export const STRONG: TextStyle = bold(LABEL);
export const SMALL: TextStyle = { height: 15, colour: FAINT };

/**
 * Hues for series, in the order in which they are taken. The first three are those of train, validation and test in the
 * pictures of data sets; neighbours differ in lightness too, so that they stay apart for colour-blind readers.
 */
const HUES: readonly Colour[] = [
  [59, 108, 196],
  [232, 152, 40],
  [38, 150, 112],
  [205, 66, 70],
  [133, 88, 184],
  [72, 178, 208],
  [146, 92, 54],
  [226, 120, 176],
  [120, 128, 140],
  [160, 164, 40],
];

/** The colour of series number `place`; after the tenth they come again, darker. */
export function hue(place: number): Colour {
  const [red, green, blue] = HUES[place % HUES.length];
  const shade = 0.6 ** (Math.floor(place / HUES.length) % 3);
  return [Math.round(red * shade), Math.round(green * shade), Math.round(blue * shade)];
}
