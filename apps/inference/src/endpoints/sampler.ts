/** Picks a share of requests. */

/** The fractional part of the golden ratio: multiples of it, modulo 1, lie as evenly as they can (Weyl, 1916). */
const STEP = 0.6180339887498949;

/**
 * Of any run of n requests n · share are picked, but for a few, and without a period that clients which take turns could
 * fall in with.
 */
export class Sampler {
  #place = Math.random();

  picks(share: number): boolean {
    this.#place = (this.#place + STEP) % 1;
    return this.#place < share;
  }
}
