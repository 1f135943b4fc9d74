/** Small graphs that tell whether an onnxruntime has the blocked layout, and with how many lanes. */
import { Graph } from '../../graph/graph.js';
import { toOnnx } from '../../onnx/model.js';
import { reorderInput } from '../../ops/blocked/reorder.js';
import { conv } from '../../ops/conv.js';
import { maxPool } from '../../ops/max-pool.js';
import { relu } from '../../ops/relu.js';
import { lowerPortable } from '../portable/index.js';
import { lowerBlocked } from './lower-blocked.js';

const CHANNELS = 4;

export interface LanesProbe {
  readonly onnx: Uint8Array<ArrayBuffer>;
  /** float32 of this shape. */
  readonly input: { readonly name: string; readonly shape: readonly number[] };
  readonly output: string;
}

/** Brings four channels into blocks: the channels of the output are the lanes. */
export function compileLanesProbe(): LanesProbe {
  const graph = new Graph();
  const shape = [1, CHANNELS, 1, 1];
  // The shape that is declared is not checked; any block will do.
  graph.output('blocked', reorderInput(graph.input('x', 'float32', shape), CHANNELS));
  return { onnx: toOnnx(graph, { name: 'lanes' }), input: { name: 'x', shape }, output: 'blocked' };
}

const SIDE = 6;
const WINDOW = { strides: [1, 1], dilations: [1, 1], pads: [1, 1, 1, 1] } as const;

export interface BlockedProbe {
  readonly plain: Uint8Array<ArrayBuffer>;
  readonly blocked: Uint8Array<ArrayBuffer>;
  readonly inputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly output: string;
}

/** One and the same network of convolution, ReLU and pooling in both layouts, to be compared. */
export function compileBlockedProbe(block: number): BlockedProbe {
  const graph = new Graph();
  const x = graph.input('x', 'float32', [1, 2 * block, SIDE, SIDE]);
  const w = graph.input('w', 'float32', [block, 2 * block, 3, 3]);
  const b = graph.input('b', 'float32', [block]);
  const y = relu(conv(x, w, b, { kernel_shape: [3, 3], group: 1, ...WINDOW }));
  graph.output('y', maxPool(y, { ...WINDOW, kernel_shape: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0] }));
  return {
    plain: toOnnx(lowerPortable(graph), { name: 'plain' }),
    blocked: toOnnx(lowerBlocked(graph, { block }).graph, { name: 'blocked' }),
    inputs: graph.inputs.map(({ name, shape }) => ({ name, shape })),
    output: 'y',
  };
}
