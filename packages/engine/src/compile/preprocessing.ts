/**
 * Normalisation of pixels, the one definition that training, evaluation, hosted inference and exported files share: it
 * is part of each compiled graph.
 */
import type { DatasetStats, Normalization } from '@trainyard/contracts';
import type { Value } from '../graph/graph.js';
import { add } from '../ops/add.js';
import { cast } from '../ops/cast.js';
import { mul } from '../ops/mul.js';

/** Per channel: normalised = pixel · scale + offset, with pixels from 0 to 255. */
export interface Preprocessing {
  readonly scale: readonly number[];
  readonly offset: readonly number[];
}

const MAX_PIXEL = 255;
/** Below this a channel is constant, and dividing by its deviation would only raise noise. */
const SMALLEST_DEVIATION = 1e-6;

/** @param stats of the train split, in units of [0, 1] pixel values; used by `standardize` */
export function preprocessingFor(normalization: Normalization, stats: DatasetStats, channels: number): Preprocessing {
  const every = (value: number) => Array.from({ length: channels }, () => value);
  switch (normalization) {
    case 'none':
      return { scale: every(1), offset: every(0) };
    case 'unit':
      return { scale: every(1 / MAX_PIXEL), offset: every(0) };
    case 'symmetric':
      return { scale: every(2 / MAX_PIXEL), offset: every(-1) };
    case 'standardize': {
      const deviations = stats.std.map((deviation) => Math.max(deviation, SMALLEST_DEVIATION));
      return {
        scale: deviations.map((deviation) => 1 / (MAX_PIXEL * deviation)),
        offset: deviations.map((deviation, channel) => -stats.mean[channel] / deviation),
      };
    }
  }
}

/** Pixels uint8 [N, C, H, W] → float32 of the same shape. */
export function normalize(pixels: Value, { scale, offset }: Preprocessing): Value {
  const scaled = mul(cast(pixels, 'float32'), perChannel(pixels, scale));
  return offset.every((value) => value === 0) ? scaled : add(scaled, perChannel(pixels, offset));
}

function perChannel({ graph, shape }: Value, values: readonly number[]): Value {
  const [, channels] = shape;
  if (values.length !== channels)
    throw new RangeError(`expected ${channels} channels; received ${values.length} values`);
  const isOne = values.every((value) => value === values[0]);
  return isOne ? graph.scalar(values[0]) : graph.constant('float32', [1, channels, 1, 1], Float32Array.from(values));
}
