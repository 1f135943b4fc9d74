/**
 * Blocked images that were computed phase by phase: the pixels whose row and column leave the same remainders. They are put
 * together only where somebody needs them whole; who gathers pixels takes them from the phases.
 */
import type { Value } from '../../graph/graph.js';
import { sizeOf } from '../../graph/tensor-type.js';
import { reshape } from '../../ops/reshape.js';
import { sideBySide } from './side-by-side.js';

/** Pixels of blocked images as rows of b floats. */
export interface PixelRows {
  /** [R, b] each, one behind the other. */
  readonly parts: readonly Value[];
  /** The row of a pixel that is counted as in whole images. */
  rowOf(pixel: number): number;
  /** Equal where the order of rows is. */
  readonly key: string;
}

export class PhasedImages {
  readonly #phases: readonly Value[];
  readonly #rows: number;
  readonly #columns: number;

  /** @param phases row by row, blocked [N, C, H, W] each, of images [N, C, rows · H, columns · W] */
  constructor(phases: readonly Value[], { rows, columns }: { rows: number; columns: number }) {
    this.#phases = phases;
    this.#rows = rows;
    this.#columns = columns;
  }

  whole(block: number): Value {
    return sideBySide(this.#phases, { rows: this.#rows, columns: this.#columns, block });
  }

  pixelRows(block: number): PixelRows {
    const [rows, columns] = [this.#rows, this.#columns];
    const [{ shape }] = this.#phases;
    const width = shape[3];
    const count = sizeOf(shape) / block;
    return {
      parts: this.#phases.map((phase) => reshape(phase, [count, block])),
      key: `in ${rows} by ${columns} phases`,
      rowOf(pixel) {
        const x = pixel % (columns * width);
        const line = Math.floor(pixel / (columns * width));
        const phase = (line % rows) * columns + (x % columns);
        return phase * count + Math.floor(line / rows) * width + Math.floor(x / columns);
      },
    };
  }
}
