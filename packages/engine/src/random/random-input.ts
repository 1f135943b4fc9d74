/** Inputs of a training step that the host fills with random numbers, and how it does. */
import { type Shape, sizeOf } from '../graph/tensor-type.js';
import { type DropoutMask, fillDropoutMask } from './dropout-mask.js';
import { fillNoise } from './noise.js';

/** An input of standard normal numbers, float32. */
export interface NoiseInput {
  readonly kind: 'noise';
  readonly input: string;
  /** Of one step. */
  readonly shape: Shape;
  /** The layer's place among the random layers. */
  readonly stream: number;
}

/** float32 for noise, uint8 for masks. */
export type RandomInput = NoiseInput | DropoutMask;

/** Bytes that a random input takes in one step. */
export function randomBytes(random: RandomInput): number {
  return sizeOf(random.shape) * (random.kind === 'noise' ? Float32Array : Uint8Array).BYTES_PER_ELEMENT;
}

/** Memory for the random numbers of some steps. */
export function allocateRandom(
  random: RandomInput,
  steps: number,
): Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer> {
  const size = sizeOf(random.shape) * steps;
  return random.kind === 'noise' ? new Float32Array(size) : new Uint8Array(size);
}

/**
 * Fills `out`, which `allocateRandom` made, for consecutive steps.
 *
 * @param firstStep counted from 1
 */
export function fillRandom(random: RandomInput, seed: number, firstStep: number, out: Uint8Array | Float32Array): void {
  const size = sizeOf(random.shape);
  for (let k = 0; k * size < out.length; k++) {
    const part = out.subarray(k * size, (k + 1) * size);
    if (random.kind === 'noise' && part instanceof Float32Array) fillNoise(random, seed, firstStep + k, part);
    else if (random.kind === 'mask' && part instanceof Uint8Array) fillDropoutMask(random, seed, firstStep + k, part);
    else throw new TypeError(`${random.input} is filled with another type of number`);
  }
}
