// Draws digits with half blocks: one character is two pixels, one above the other.
import { SIDE } from './mnist.mjs';

/** MNIST leaves a border of four pixels around every digit. */
const BORDER = 4;
const INK = 96;
const GAP = '  ';

/** Characters across of one drawn digit. */
export const DRAWN_WIDTH = SIDE - 2 * BORDER;

/** @param {Uint8Array} pixels [28, 28] @returns {string[]} Ten lines of twenty characters */
export function drawDigit(pixels) {
  const inked = (/** @type {number} */ row, /** @type {number} */ column) => (pixels[row * SIDE + column] ?? 0) >= INK;
  /** @type {string[]} */
  const lines = [];
  for (let row = BORDER; row < SIDE - BORDER; row += 2) {
    let line = '';
    for (let column = BORDER; column < SIDE - BORDER; column += 1) {
      const [top, bottom] = [inked(row, column), inked(row + 1, column)];
      line += top ? (bottom ? '█' : '▀') : bottom ? '▄' : ' ';
    }
    lines.push(line);
  }
  return lines;
}

/**
 * Puts digits with their captions side by side, in as many rows as the width needs.
 * @param {{ lines: string[], caption: string }[]} drawings
 * @param {number} columns
 * @returns {string}
 */
export function arrange(drawings, columns) {
  const perRow = Math.max(1, Math.floor((columns + GAP.length) / (DRAWN_WIDTH + GAP.length)));
  /** @type {string[]} */
  const rows = [];
  for (let start = 0; start < drawings.length; start += perRow) {
    const row = drawings.slice(start, start + perRow);
    const height = row[0]?.lines.length ?? 0;
    for (let line = 0; line < height; line += 1)
      rows.push(
        row
          .map(({ lines }) => lines[line])
          .join(GAP)
          .trimEnd(),
      );
    rows.push(
      row
        .map(({ caption }) => caption.padEnd(DRAWN_WIDTH))
        .join(GAP)
        .trimEnd(),
      '',
    );
  }
  return rows.join('\n');
}
