/** How much of one image another explains, pixel by pixel and in all channels, up to brightness, a small shift and blur. */
import type { ImageSize } from '@trainyard/contracts';
import { explainedSquares, factorGram } from './linear-fit.js';
import { fillRegressors, REGRESSORS } from './regressors.js';

export class PixelFit {
  readonly #image: ImageSize;
  readonly #regressors: Float32Array;
  readonly #gram = new Float64Array(REGRESSORS ** 2);
  readonly #lower = new Float64Array(REGRESSORS ** 2);
  readonly #products = new Float64Array(REGRESSORS);

  constructor(image: ImageSize) {
    this.#image = image;
    this.#regressors = new Float32Array(REGRESSORS * image.width * image.height);
  }

  /**
   * The part of the variation within the channels of an image that the other leaves unexplained, whichever explains less.
   * One contrast, shift and blur holds for all channels, so that pictures of other colours differ.
   */
  difference(pixels: Uint8Array, first: number, second: number): number {
    return Math.max(this.#unexplained(pixels, first, second), this.#unexplained(pixels, second, first));
  }

  /** @param pixels in which the images, [channels, height, width], begin at `from` and `to` */
  #unexplained(pixels: Uint8Array, from: number, to: number): number {
    const { width, height, channels } = this.#image;
    const plane = width * height;
    this.#gram.fill(0);
    this.#products.fill(0);
    let squares = 0;
    for (let channel = 0; channel < channels; channel++) {
      fillRegressors(pixels, from + channel * plane, width, height, this.#regressors);
      this.#addProducts(pixels, to + channel * plane, plane);
      squares += squaresOf(pixels, to + channel * plane, plane);
    }
    if (squares === 0) return 1;
    factorGram(this.#gram, REGRESSORS, this.#lower);
    return Math.max(0, 1 - explainedSquares(this.#lower, this.#products, REGRESSORS) / squares);
  }

  #addProducts(pixels: Uint8Array, offset: number, plane: number): void {
    const values = this.#regressors;
    for (let a = 0; a < REGRESSORS; a++) {
      let sum = 0;
      for (let at = 0; at < plane; at++) sum += values[a * plane + at] * pixels[offset + at];
      this.#products[a] += sum;
      for (let b = 0; b <= a; b++) {
        let product = 0;
        for (let at = 0; at < plane; at++) product += values[a * plane + at] * values[b * plane + at];
        this.#gram[a * REGRESSORS + b] += product;
        if (a !== b) this.#gram[b * REGRESSORS + a] += product;
      }
    }
  }
}

function squaresOf(pixels: Uint8Array, offset: number, plane: number): number {
  let sum = 0;
  let squares = 0;
  for (let at = offset; at < offset + plane; at++) {
    sum += pixels[at];
    squares += pixels[at] ** 2;
  }
  return squares - (sum * sum) / plane;
}
