/**
 * A picture as a short vector: its thumbnail pooled to 8x8, freed of brightness and contrast, and seen along the axes in
 * which the pictures of the data set differ most. Near duplicates are near each other here.
 */
import { FEATURE_BYTES, THUMBNAIL_BYTES, THUMBNAIL_SIDE } from './features.js';
import { principalAxes } from './principal-axes.js';
import type { Thumbnails } from './thumbnails.js';

/** Numbers in a vector. */
export const COORDINATES = 24;

const POOLED_SIDE = 8;
const POOLED = POOLED_SIDE ** 2;
const SAMPLE_MAX = 4096;
/** Axes that the pictures hardly vary along hold noise alone. */
const VARIANCE_SHARE_MIN = 1e-6;
/** Between 0, the axes as they are, and 0.5, each of them counting the same. */
const WHITENING = 0.25;

/** Of cells: so much is a picture moved to the right and down. */
export interface Shift {
  x: number;
  y: number;
}

export class CoordinateSpace {
  readonly #thumbnails: Thumbnails;
  readonly #mean: Float32Array;
  /** Each divided by its scale. */
  readonly #axes: Float32Array[];
  readonly #pooled = new Float32Array(POOLED);

  constructor(thumbnails: Thumbnails) {
    this.#thumbnails = thumbnails;
    const { mean, axes, variances } = principalAxes(this.#samplePooled(), POOLED);
    const used = variances.filter((variance) => variance > VARIANCE_SHARE_MIN * variances[0]).length;
    this.#mean = mean;
    this.#axes = axes.slice(0, Math.min(COORDINATES, used)).map((axis, index) => {
      const scale = (variances[index] / variances[0]) ** WHITENING;
      return axis.map((value) => value / scale);
    });
  }

  /** Writes the vector of a thumbnail, of length 1, to `out` at `offset`. */
  locate(index: number, shift: Shift, out: Float32Array, offset = 0): void {
    this.#pool(index, shift);
    let squares = 0;
    for (let axis = 0; axis < COORDINATES; axis++) {
      const direction = this.#axes[axis];
      let value = 0;
      if (direction) for (let at = 0; at < POOLED; at++) value += direction[at] * (this.#pooled[at] - this.#mean[at]);
      out[offset + axis] = value;
      squares += value * value;
    }
    const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
    for (let axis = 0; axis < COORDINATES; axis++) out[offset + axis] *= scale;
  }

  #samplePooled(): Float32Array {
    const count = this.#thumbnails.images.length;
    const sampled = Math.min(count, SAMPLE_MAX);
    const rows = new Float32Array(sampled * POOLED);
    for (let row = 0; row < sampled; row++) {
      this.#pool(Math.floor((row * count) / sampled), { x: 0, y: 0 });
      rows.set(this.#pooled, row * POOLED);
    }
    return rows;
  }

  #pool(index: number, { x, y }: Shift): void {
    const { images, features } = this.#thumbnails;
    const pooled = this.#pooled.fill(0);
    poolShifted(features, images[index] * FEATURE_BYTES, x, y, pooled);
    let sum = 0;
    for (let at = 0; at < POOLED; at++) sum += pooled[at];
    let squares = 0;
    for (let at = 0; at < POOLED; at++) {
      pooled[at] -= sum / POOLED;
      squares += pooled[at] ** 2;
    }
    const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
    for (let at = 0; at < POOLED; at++) pooled[at] *= scale;
  }
}

const horizontal = new Float32Array(THUMBNAIL_BYTES / 2);

/** Sums pairs of cells along x, then along y; a shift by part of a cell gives part of the next pair's border to each. */
function poolShifted(features: Uint8Array, offset: number, x: number, y: number, pooled: Float32Array): void {
  for (let row = 0; row < THUMBNAIL_SIDE; row++) {
    const start = offset + row * THUMBNAIL_SIDE;
    for (let cell = 0; cell < POOLED_SIDE; cell++) {
      const before = features[start + Math.max(0, 2 * cell - 1)];
      const first = features[start + 2 * cell];
      const second = features[start + 2 * cell + 1];
      const after = features[start + Math.min(THUMBNAIL_SIDE - 1, 2 * cell + 2)];
      const moved = x >= 0 ? x * (before - second) : -x * (after - first);
      horizontal[row * POOLED_SIDE + cell] = first + second + moved;
    }
  }
  for (let row = 0; row < POOLED_SIDE; row++) {
    const first = 2 * row * POOLED_SIDE;
    const before = Math.max(0, first - POOLED_SIDE);
    const second = first + POOLED_SIDE;
    const after = Math.min((THUMBNAIL_SIDE - 1) * POOLED_SIDE, first + 2 * POOLED_SIDE);
    for (let cell = 0; cell < POOLED_SIDE; cell++) {
      const [a, b] = [horizontal[first + cell], horizontal[second + cell]];
      const moved = y >= 0 ? y * (horizontal[before + cell] - b) : -y * (horizontal[after + cell] - a);
      pooled[row * POOLED_SIDE + cell] = a + b + moved;
    }
  }
}
