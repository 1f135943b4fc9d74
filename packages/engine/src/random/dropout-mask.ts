/** Masks of dropout, made on the host: a function of (seed, step, layer, place), the same on every device. */
import { type Shape, sizeOf } from '../graph/tensor-type.js';
import { int32At, STREAM, streamKey } from './counter.js';

/** An input of the training step that holds 1 where an activation is kept and 0 where it is dropped. */
export interface DropoutMask {
  readonly kind: 'mask';
  readonly input: string;
  /** Of one step: the batch first. */
  readonly shape: Shape;
  readonly rate: number;
  /** The layer's place among the random layers. */
  readonly stream: number;
}

const LEVELS = 65536;

/** The rate that masks really have: they are drawn from 16 bits. Activations are scaled by its complement. */
export function effectiveRate(rate: number): number {
  return Math.round(rate * LEVELS) / LEVELS;
}

/** Fills `out` (uint8, one step's mask) for a step counted from 1. */
export function fillDropoutMask(mask: DropoutMask, seed: number, step: number, out: Uint8Array): void {
  const size = sizeOf(mask.shape);
  if (out.length !== size) throw new RangeError(`the mask has ${size} places; received an array of ${out.length}`);
  const key = streamKey(seed, STREAM.dropout, step, mask.stream);
  const [first, second] = [key.first | 0, key.second | 0];
  const dropped = Math.round(mask.rate * LEVELS);
  const pairs = size >> 1;
  for (let pair = 0; pair < pairs; pair++) {
    const bits = int32At(first, second, pair);
    out[2 * pair] = isKept(bits & 0xffff, dropped);
    out[2 * pair + 1] = isKept(bits >>> 16, dropped);
  }
  if (size % 2 === 1) out[size - 1] = isKept(int32At(first, second, pairs) & 0xffff, dropped);
}

/** 1 where `level` ≥ `dropped`, else 0: the sign bit of a difference, since a branch on random bits is slow. */
function isKept(level: number, dropped: number): number {
  return (dropped - 1 - level) >>> 31;
}
