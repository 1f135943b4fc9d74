/** Between plain and blocked images. */
import type { OpDefinition, Value } from '../../graph/graph.js';
import { pad } from '../slice.js';
import { BLOCKED_DOMAIN } from './domain.js';

export interface ReorderInputAttributes {
  readonly block: number;
}

/** Channels beyond the last are filled up with zeros to a multiple of the block. */
export const reorderInputOp: OpDefinition<ReorderInputAttributes> = {
  type: 'ReorderInput',
  infer: ([{ dtype, shape }], { block }) => [{ dtype, shape: [shape[0], roundUp(shape[1], block), ...shape.slice(2)] }],
  onnx: { domain: BLOCKED_DOMAIN },
};

export interface ReorderOutputAttributes {
  readonly channels: number;
}

/** Channels beyond `channels` are left out. */
export const reorderOutputOp: OpDefinition<ReorderOutputAttributes> = {
  type: 'ReorderOutput',
  infer: ([{ dtype, shape }], { channels }) => [{ dtype, shape: [shape[0], channels, ...shape.slice(2)] }],
  onnx: { domain: BLOCKED_DOMAIN, attributes: { channels: 'int' } },
};

/** The kernel takes channels by fours. */
const STEP = 4;

export function reorderInput(x: Value, block: number): Value {
  const [, channels] = x.shape;
  const filled = pad(x, [0, 0, 0, 0], [0, roundUp(channels, STEP) - channels, 0, 0]);
  return x.graph.apply(reorderInputOp, [filled], { block })[0];
}

export function reorderOutput(x: Value, channels: number): Value {
  return x.graph.apply(reorderOutputOp, [x], { channels })[0];
}

export function roundUp(count: number, block: number): number {
  return Math.ceil(count / block) * block;
}
