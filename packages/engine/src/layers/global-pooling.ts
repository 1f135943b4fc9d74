/** What the global pooling layers share: their argument and the shape that they leave. */
import { Type } from 'typebox';
import type { Value } from '../graph/graph.js';
import { reshape } from '../ops/reshape.js';
import type { FeatureShape } from './layer.js';

export const GLOBAL_POOLING_ARGUMENTS = {
  keepdims: Type.Boolean({ default: false, description: 'true leaves an image of one pixel, false a vector' }),
};

interface GlobalPoolingArguments {
  readonly keepdims: boolean;
}

export function pooledShape({ keepdims }: GlobalPoolingArguments, channels: number): FeatureShape {
  return keepdims ? { kind: 'image', height: 1, width: 1, channels } : { kind: 'vector', units: channels };
}

/** [N, C, 1, 1] as the shape says: unchanged, or [N, C]. */
export function dropSides({ keepdims }: GlobalPoolingArguments, pooled: Value): Value {
  return keepdims ? pooled : reshape(pooled, [0, pooled.shape[1]]);
}
