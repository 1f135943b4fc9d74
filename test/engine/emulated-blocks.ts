// The operators of onnxruntime's blocked layout written with those of ONNX, by their documentation in ops/blocked: for
// blocks of a size that the processor here does not have.
import type { Graph, Node, Value } from '../../packages/engine/src/graph/graph.js';
import { attributesOf } from '../../packages/engine/src/lowering/attributes.js';
import { type Lowering, lower } from '../../packages/engine/src/lowering/lower.js';
import { lowerPad } from '../../packages/engine/src/lowering/portable/pad.js';
import { add } from '../../packages/engine/src/ops/add.js';
import { averagePool } from '../../packages/engine/src/ops/average-pool.js';
import type { BlockedConvAttributes } from '../../packages/engine/src/ops/blocked/conv.js';
import type { UpsampleAttributes } from '../../packages/engine/src/ops/blocked/pool.js';
import type { ReorderOutputAttributes } from '../../packages/engine/src/ops/blocked/reorder.js';
import { conv } from '../../packages/engine/src/ops/conv.js';
import { globalAveragePool } from '../../packages/engine/src/ops/global-average-pool.js';
import { hardSigmoid } from '../../packages/engine/src/ops/hard-sigmoid.js';
import { maxPool } from '../../packages/engine/src/ops/max-pool.js';
import { relu } from '../../packages/engine/src/ops/relu.js';
import { repeatPixels } from '../../packages/engine/src/ops/repeat-pixels.js';
import { reshape } from '../../packages/engine/src/ops/reshape.js';
import { pad, slice } from '../../packages/engine/src/ops/slice.js';
import { transpose } from '../../packages/engine/src/ops/transpose.js';
import type { Window } from '../../packages/engine/src/ops/window.js';

/** A copy of a graph in blocks of any size, without onnxruntime's own operators for them. */
export function emulateBlocks(graph: Graph, block: number): Graph {
  const pooled = (pool: (x: Value, node: Node) => Value): Lowering[string] => {
    return ([x], node) => [toBlocks(pool(fromBlocks(x, block), node), block)];
  };
  return lower(
    lower(graph, {
      ReorderInput: ([x], { outputs }) => [
        toBlocks(pad(x, [0, 0, 0, 0], [0, outputs[0].shape[1] - x.shape[1], 0, 0]), block),
      ],
      ReorderOutput([x], node) {
        const { channels } = attributesOf<ReorderOutputAttributes>(node);
        return [slice(fromBlocks(x, block), { starts: [0], ends: [channels], axes: [1], steps: [1] })];
      },
      BlockedConv: (inputs, node) => [
        toBlocks(convolved(inputs, attributesOf<BlockedConvAttributes>(node), block), block),
      ],
      BlockedMaxPool: pooled((x, node) => maxPool(x, attributesOf<Window>(node))),
      BlockedAveragePool: pooled((x, node) => averagePool(x, attributesOf<Window>(node))),
      BlockedGlobalAveragePool: pooled(globalAveragePool),
      BlockedUpsample: pooled((x, node) => {
        const [, , height, width] = attributesOf<UpsampleAttributes>(node).scales;
        return repeatPixels(x, [height, width]);
      }),
    }),
    { Pad: lowerPad },
  );
}

/** activation(conv + bias + sum). Images of fewer channels than a block are plain. */
function convolved(inputs: readonly Value[], attributes: BlockedConvAttributes, block: number): Value {
  const [x, weights, ...others] = inputs;
  const { hasBias, hasSum, activation, activation_params = [], ...window } = attributes;
  const isPlain = x.shape[1] % block !== 0;
  const images = isPlain ? x : fromBlocks(x, block);
  const y = conv(images, plainWeights(weights, { isPlain, block }), hasBias ? others[0] : null, window);
  const summed = hasSum ? add(y, fromBlocks(inputs[inputs.length - 1], block)) : y;
  if (activation === 'Relu') return relu(summed);
  const [alpha, beta] = activation_params;
  return activation === 'HardSigmoid' ? hardSigmoid(summed, { alpha, beta }) : summed;
}

function plainWeights(weights: Value, { isPlain, block }: { isPlain: boolean; block: number }): Value {
  const { shape } = weights;
  const [outputs, inputs, height, width] = shape;
  if (isPlain) {
    return moved(weights, [outputs / block, inputs, height, width, block], { order: [0, 4, 1, 2, 3], shape });
  }
  if (inputs === 1) return moved(weights, [outputs / block, height, width, block], { order: [0, 3, 1, 2], shape });
  const cut = [outputs / block, inputs / block, height, width, block, block];
  return moved(weights, cut, { order: [0, 5, 1, 4, 2, 3], shape });
}

function toBlocks(x: Value, block: number): Value {
  const [batch, channels, height, width] = x.shape;
  return moved(x, [batch, channels / block, block, height, width], { order: [0, 1, 3, 4, 2], shape: x.shape });
}

function fromBlocks(x: Value, block: number): Value {
  const [batch, channels, height, width] = x.shape;
  return moved(x, [batch, channels / block, height, width, block], { order: [0, 1, 4, 2, 3], shape: x.shape });
}

function moved(
  x: Value,
  cut: readonly number[],
  { order, shape }: { order: readonly number[]; shape: readonly number[] },
) {
  return reshape(transpose(reshape(x, cut), order), shape);
}
