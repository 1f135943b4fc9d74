/** Standard normal numbers, made on the host: a function of (seed, step, layer, place), the same on every device. */
import { sizeOf } from '../graph/tensor-type.js';
import { STREAM, streamKey, uniformAt } from './counter.js';
import type { NoiseInput } from './random-input.js';

/** Fills `out` (one step's numbers) for a step counted from 1, by Box and Muller's transform: two numbers for each two draws. */
export function fillNoise(noise: NoiseInput, seed: number, step: number, out: Float32Array): void {
  const size = sizeOf(noise.shape);
  if (out.length !== size) throw new RangeError(`the noise has ${size} places; received an array of ${out.length}`);
  const key = streamKey(seed, STREAM.noise, step, noise.stream);
  for (let i = 0; i < size; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(uniformAt(key, i)));
    const angle = 2 * Math.PI * uniformAt(key, i + 1);
    out[i] = radius * Math.cos(angle);
    if (i + 1 < size) out[i + 1] = radius * Math.sin(angle);
  }
}
