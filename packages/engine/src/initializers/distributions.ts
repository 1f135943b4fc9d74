/** Samplers of the distributions that initialisers draw from. */
import { type StreamKey, streamKey, uniformAt } from '../random/counter.js';
import type { Sampler } from './definition.js';

export function uniform(low: number, high: number): Sampler {
  return (key, index) => low + (high - low) * uniformAt(key, index);
}

export function normal(mean: number, deviation: number): Sampler {
  return (key, index) => mean + deviation * standardNormal(key, 2 * index);
}

const MAX_DRAWS = 64;

/** A normal variable whose values beyond two deviations are drawn again. Its own deviation is then smaller. */
export function truncatedNormal(mean: number, deviation: number): Sampler {
  return (key, index) => {
    for (let draw = 0; draw < MAX_DRAWS; draw++) {
      const value = standardNormal(streamKey(key.first, key.second, index, draw), 0);
      if (Math.abs(value) <= 2) return mean + deviation * value;
    }
    return mean;
  };
}

/** Deviation of a standard normal variable cut off at ±2. */
export const TRUNCATED_DEVIATION = 0.8796256610342398;

/** Box and Muller's transform: two uniform numbers, at `index` and after it, for each normal one. */
export function standardNormal(key: StreamKey, index: number): number {
  return Math.sqrt(-2 * Math.log(uniformAt(key, index))) * Math.cos(2 * Math.PI * uniformAt(key, index + 1));
}
