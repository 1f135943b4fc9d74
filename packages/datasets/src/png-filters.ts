/** Takes back the filters of PNG rows, by which each byte is told from those before and above it (PNG specification, 9). */
import type { PixelShape } from './plain-png.js';

const FILTERS = [copyRow, addLeft, addAbove, addMean, addPaeth];

/**
 * From rows that each begin with the number of their filter to bare pixels, uint8 [height, width, channels]; null where
 * there is no such filter.
 */
export function unfilterRows(rows: Uint8Array, { width, height, channels }: PixelShape): Uint8Array | null {
  const rowBytes = width * channels;
  const pixels = new Uint8Array(height * rowBytes);
  let above: Uint8Array = new Uint8Array(rowBytes);
  for (let y = 0; y < height; y++) {
    const start = y * (1 + rowBytes);
    const filter = FILTERS[rows[start]];
    if (!filter) return null;
    const row = pixels.subarray(y * rowBytes, (y + 1) * rowBytes);
    row.set(rows.subarray(start + 1, start + 1 + rowBytes));
    filter(row, above, channels);
    above = row;
  }
  return pixels;
}

function copyRow(): void {}

function addLeft(row: Uint8Array, _above: Uint8Array, step: number): void {
  for (let at = step; at < row.length; at++) row[at] += row[at - step];
}

function addAbove(row: Uint8Array, above: Uint8Array): void {
  for (let at = 0; at < row.length; at++) row[at] += above[at];
}

function addMean(row: Uint8Array, above: Uint8Array, step: number): void {
  for (let at = 0; at < step; at++) row[at] += above[at] >>> 1;
  for (let at = step; at < row.length; at++) row[at] += (row[at - step] + above[at]) >>> 1;
}

function addPaeth(row: Uint8Array, above: Uint8Array, step: number): void {
  for (let at = 0; at < step; at++) row[at] += above[at];
  for (let at = step; at < row.length; at++) row[at] += nearest(row[at - step], above[at], above[at - step]);
}

/** Of the bytes to the left, above and above to the left the one that is nearest to what their slope leads to. */
function nearest(left: number, above: number, corner: number): number {
  const toLeft = Math.abs(above - corner);
  const toAbove = Math.abs(left - corner);
  const toCorner = Math.abs(left + above - 2 * corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}
