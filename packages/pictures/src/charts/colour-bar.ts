/** Which colour stands for which number: a bar with figures beside it, the largest above. */
import type { Box, Canvas } from '../canvas.js';
import { drawText } from '../text.js';
import { SMALL } from './chart-theme.js';
import { type ColourMap, colourAt } from './colour-map.js';
import { type NumberFormat, numberText } from './number-text.js';

export interface ColourBar {
  readonly map: ColourMap;
  readonly low: number;
  readonly high: number;
  readonly format?: NumberFormat;
}

const FIGURES = 3;

export function drawColourBar(
  canvas: Canvas,
  { x, y, width, height }: Box,
  { map, low, high, format }: ColourBar,
): void {
  for (let row = 0; row < height; row++) {
    canvas.fill({ x, y: y + row, width, height: 1 }, colourAt(map, 1 - (row + 0.5) / height));
  }
  for (let place = 0; place < FIGURES; place++) {
    const share = place / (FIGURES - 1);
    const baseline = y + 15 + (1 - share) * (height - 15);
    drawText(canvas, numberText(low + share * (high - low), format), x + width + 12, baseline, SMALL);
  }
}
