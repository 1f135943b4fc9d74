/** Colours for numbers: from little to much, and around a middle. */
import type { Colour } from '../canvas.js';

/** Light to dark blue; white is nothing. */
const SEQUENTIAL: readonly Colour[] = [
  [255, 255, 255],
  [214, 226, 244],
  [146, 182, 228],
  [72, 124, 200],
  [26, 70, 146],
  [10, 36, 88],
];

/** Blue is below the middle, red above it. */
const DIVERGING: readonly Colour[] = [
  [24, 72, 152],
  [96, 148, 210],
  [250, 250, 250],
  [226, 120, 96],
  [158, 26, 40],
];

/** Dark to bright, after viridis (van der Walt and Smith, 2015): each step is lighter than the one before. */
const VIRIDIS: readonly Colour[] = [
  [68, 1, 84],
  [65, 68, 135],
  [42, 120, 142],
  [34, 168, 132],
  [122, 209, 81],
  [225, 215, 40],
];

/** Blue over green and yellow to red, for what is laid over pictures, after turbo (Mikhailov, 2019). */
const TURBO: readonly Colour[] = [
  [35, 23, 27],
  [68, 106, 238],
  [38, 189, 225],
  [64, 243, 146],
  [150, 250, 80],
  [238, 208, 45],
  [255, 128, 29],
  [201, 45, 12],
  [144, 13, 0],
];

export const COLOUR_MAPS = { sequential: SEQUENTIAL, diverging: DIVERGING, viridis: VIRIDIS, turbo: TURBO } as const;
export type ColourMap = keyof typeof COLOUR_MAPS;

/** @param share from 0 to 1; what lies beyond takes the colour of the end. */
export function colourAt(map: ColourMap, share: number): Colour {
  const stops = COLOUR_MAPS[map];
  const place = Math.max(0, Math.min(1, Number.isFinite(share) ? share : 0)) * (stops.length - 1);
  const below = Math.min(stops.length - 2, Math.floor(place));
  const [low, high] = [stops[below], stops[below + 1]];
  const mix = (channel: 0 | 1 | 2) => Math.round(low[channel] + (high[channel] - low[channel]) * (place - below));
  return [mix(0), mix(1), mix(2)];
}

/** Whether dark text is read more easily on it than light text (relative luminance of sRGB, roughly). */
export function isLight([red, green, blue]: Colour): boolean {
  return 0.299 * red + 0.587 * green + 0.114 * blue > 140;
}
