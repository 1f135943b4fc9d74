/** What max and average pooling share: their arguments and their window. */
import { Type } from 'typebox';
import type { Window } from '../ops/window.js';
import { Padding, Pair, type PairArgument } from './arguments.js';
import { slidingWindow } from './sliding.js';

export const POOLING_ARGUMENTS = {
  pool_size: Pair({ default: 2 }),
  strides: Type.Optional(Pair({ description: 'pool_size where left out' })),
  padding: Padding,
};

interface PoolingArguments {
  readonly pool_size: PairArgument;
  readonly strides?: PairArgument;
  readonly padding: 'valid' | 'same';
}

export function poolingWindow(
  { pool_size, strides, padding }: PoolingArguments,
  height: number,
  width: number,
): Window {
  return slidingWindow({ size: pool_size, strides: strides ?? pool_size, padding }, height, width);
}
