/** How much of one thumbnail another explains, up to brightness, contrast, a small shift and blur. */
import { FEATURE_BYTES, THUMBNAIL_BYTES, THUMBNAIL_SIDE } from './features.js';
import { explainedSquares, factorGram } from './linear-fit.js';
import { fillRegressors, REGRESSORS } from './regressors.js';
import type { Thumbnails } from './thumbnails.js';

export class ThumbnailFit {
  readonly #thumbnails: Thumbnails;
  readonly #regressors = new Float32Array(REGRESSORS * THUMBNAIL_BYTES);
  readonly #gram = new Float64Array(REGRESSORS ** 2);
  readonly #lower = new Float64Array(REGRESSORS ** 2);
  readonly #products = new Float64Array(REGRESSORS);

  constructor(thumbnails: Thumbnails) {
    this.#thumbnails = thumbnails;
  }

  /** Chooses the thumbnail that is to explain others. */
  explainBy(index: number): void {
    const { images, features } = this.#thumbnails;
    const offset = images[index] * FEATURE_BYTES;
    fillRegressors(features, offset, THUMBNAIL_SIDE, THUMBNAIL_SIDE, this.#regressors);
    for (let a = 0; a < REGRESSORS; a++) {
      for (let b = 0; b <= a; b++) {
        const product = dot(this.#regressors, a * THUMBNAIL_BYTES, this.#regressors, b * THUMBNAIL_BYTES);
        this.#gram[a * REGRESSORS + b] = product;
        this.#gram[b * REGRESSORS + a] = product;
      }
    }
    factorGram(this.#gram, REGRESSORS, this.#lower);
  }

  /** The part of the variation of a thumbnail that is left unexplained: 0 for a copy, 1 for nothing in common. */
  unexplained(index: number): number {
    const { images, features, squares } = this.#thumbnails;
    const offset = images[index] * FEATURE_BYTES;
    // The regressors are centred, so the thumbnail need not be.
    for (let a = 0; a < REGRESSORS; a++) {
      this.#products[a] = dotBytes(this.#regressors, a * THUMBNAIL_BYTES, features, offset);
    }
    return Math.max(0, 1 - explainedSquares(this.#lower, this.#products, REGRESSORS) / squares[index]);
  }
}

function dot(a: Float32Array, aOffset: number, b: Float32Array, bOffset: number): number {
  let sum = 0;
  for (let cell = 0; cell < THUMBNAIL_BYTES; cell++) sum += a[aOffset + cell] * b[bOffset + cell];
  return sum;
}

function dotBytes(a: Float32Array, aOffset: number, b: Uint8Array, bOffset: number): number {
  let sum = 0;
  for (let cell = 0; cell < THUMBNAIL_BYTES; cell++) sum += a[aOffset + cell] * b[bOffset + cell];
  return sum;
}
