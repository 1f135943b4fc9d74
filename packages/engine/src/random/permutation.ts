/** Shuffles that are a function of (seed, stream): the order in which an epoch visits the data. */
import { STREAM, streamKey, uint32At } from './counter.js';

/**
 * A random permutation of 0 … n−1 (Fisher and Yates).
 *
 * @param stream names the shuffle among those of one seed, for example the epoch
 */
export function permutation(n: number, seed: number, stream: number): Uint32Array<ArrayBuffer> {
  const key = streamKey(seed, STREAM.order, stream);
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor((uint32At(key, i) / 4294967296) * (i + 1));
    const kept = order[i];
    order[i] = order[j];
    order[j] = kept;
  }
  return order;
}
