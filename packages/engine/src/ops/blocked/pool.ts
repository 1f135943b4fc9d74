/** Pooling and stretching of blocked images. */
import type { OpDefinition, Value } from '../../graph/graph.js';
import { type Window, windowOutput } from '../window.js';
import { BLOCKED_DOMAIN } from './domain.js';

const WINDOW = { kernel_shape: 'ints', strides: 'ints', dilations: 'ints', pads: 'ints' } as const;

function poolOp(type: 'MaxPool' | 'AveragePool'): OpDefinition<Window> {
  return {
    type: `Blocked${type}`,
    infer: ([{ dtype, shape }], window) => [
      { dtype, shape: [shape[0], shape[1], ...windowOutput(`Blocked${type}`, shape, window)] },
    ],
    onnx: { type, domain: BLOCKED_DOMAIN, attributes: WINDOW },
  };
}

export const blockedMaxPoolOp = poolOp('MaxPool');
export const blockedAveragePoolOp = poolOp('AveragePool');

export const blockedGlobalAveragePoolOp: OpDefinition = {
  type: 'BlockedGlobalAveragePool',
  infer: ([{ dtype, shape }]) => [{ dtype, shape: [shape[0], shape[1], 1, 1] }],
  onnx: { type: 'GlobalAveragePool', domain: BLOCKED_DOMAIN },
};

export interface UpsampleAttributes {
  readonly scales: readonly [1, 1, number, number];
}

/** Each pixel repeated `scales` times. */
export const blockedUpsampleOp: OpDefinition<UpsampleAttributes> = {
  type: 'BlockedUpsample',
  infer: ([{ dtype, shape }], { scales }) => [{ dtype, shape: shape.map((side, axis) => side * scales[axis]) }],
  onnx: { type: 'Upsample', domain: BLOCKED_DOMAIN, attributes: { scales: 'ints' } },
};

export function blockedMaxPool(x: Value, window: Window): Value {
  return x.graph.apply(blockedMaxPoolOp, [x], window)[0];
}

/** Without pads: every pixel of a window counts. */
export function blockedAveragePool(x: Value, window: Window): Value {
  return x.graph.apply(blockedAveragePoolOp, [x], window)[0];
}

export function blockedGlobalAveragePool(x: Value): Value {
  return x.graph.apply(blockedGlobalAveragePoolOp, [x], {})[0];
}

export function blockedUpsample(x: Value, [height, width]: readonly [number, number]): Value {
  return x.graph.apply(blockedUpsampleOp, [x], { scales: [1, 1, height, width] })[0];
}
