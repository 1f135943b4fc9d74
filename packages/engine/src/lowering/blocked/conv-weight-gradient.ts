/**
 * The gradient of a convolution's weights as a convolution that takes the batch for channels: images of [C/b, N, H, W·b],
 * the places of b channels side by side, are convolved with dY as a kernel of dY's own size, whose steps are the strides.
 * What comes out are the weights as they are stored. The images are padded before, because inside the kernel most outputs
 * would fall into its slow path for edges.
 */
import type { Value } from '../../graph/graph.js';
import { blockedConv } from '../../ops/blocked/conv.js';
import { reorderInput, roundUp } from '../../ops/blocked/reorder.js';
import { concat } from '../../ops/concat.js';
import type { ConvGradientAttributes } from '../../ops/conv.js';
import { matmul } from '../../ops/matmul.js';
import { reduceSum } from '../../ops/reduce-sum.js';
import { reshape } from '../../ops/reshape.js';
import { slice } from '../../ops/slice.js';
import { transpose } from '../../ops/transpose.js';
import { attributesOf } from '../attributes.js';
import { type KernelLayout, storedShape } from './kernel-layout.js';
import { takeRows } from './rows.js';
import type { BlockedContext, BlockedRule } from './rule.js';

interface Gradient {
  readonly x: Value;
  readonly dy: Value;
  readonly layout: KernelLayout;
  readonly attributes: ConvGradientAttributes;
  readonly context: BlockedContext;
}

export const blockedConvWeightGradientRule: BlockedRule = (node, context) => {
  const [x, dy] = node.inputs;
  const attributes = attributesOf<ConvGradientAttributes>(node);
  const layout = context.gradientLayout(node);
  if (!layout) return null;
  const gradient = { x, dy, layout, attributes, context };
  const value = layout.kind === 'depthwise' ? depthwise(gradient) : full(gradient);
  return value && [{ value, layout }];
};

/** Rows and columns of images for `outputs` windows, as far as the last window reaches. */
function reach({ attributes, x, dy }: Gradient, axis: 0 | 1) {
  const { strides, pads, kernel_shape, dilations } = attributes;
  const [before, side, outputs] = [pads[axis], x.shape[axis + 2], dy.shape[axis + 2]];
  const extent = dilations[axis] * (kernel_shape[axis] - 1) + 1;
  const after = Math.max(strides[axis] * (outputs - 1) + extent - side - before, 0);
  return { before, after, side: side + before + after, surplus: side + before + after - strides[axis] * (outputs - 1) };
}

function full(gradient: Gradient): Value | null {
  const { x, dy, layout, attributes, context } = gradient;
  const { block } = context;
  const [batch] = x.shape;
  const [height, width] = attributes.kernel_shape;
  const dilated = attributes.dilations.some((dilation) => dilation > 1);
  if (dilated) return null;
  const isRaw = layout.kind === 'raw';
  const inputs = isRaw ? layout.shape[1] : roundUp(layout.shape[1], block);
  const inputBlocks = isRaw ? 1 : inputs / block;
  const outputs = roundUp(layout.shape[0], block);
  const inRow = isRaw ? inputs : block;
  const isSampled = isOneByOne(attributes) && !isRaw;
  const images = isSampled ? sampledImages(gradient, inputBlocks) : batchedImages(gradient, { inputBlocks, inRow });
  const rows = isSampled ? whole(dy, 0) : reach(gradient, 0);
  const columns = isSampled ? whole(dy, 1) : reach(gradient, 1);
  const strides = isSampled ? ([1, 1] as const) : attributes.strides;
  const blockedBatch = roundUp(batch, block);
  let padded = reorderInput(images, block);
  if (rows.before + rows.after + columns.before + columns.after > 0) {
    padded = blockedConv(padded, onesFor(blockedBatch, context), {
      group: blockedBatch,
      pads: [rows.before, columns.before * inRow, rows.after, columns.after * inRow],
    });
  }
  const outputBlocks = outputs / block;
  const items = inputBlocks * Math.ceil(outputBlocks / 4) * rows.surplus;
  const groups = items % 2 === 1 && blockedBatch % (2 * block) === 0 ? 2 : 1;
  const incoming = outputsAsKernels(gradient, { outputs, blockedBatch, groups });
  let product = blockedConv(padded, incoming, {
    dilations: [strides[0], strides[1] * inRow],
    group: groups,
  });
  const [tall, wide] = [rows.surplus, columns.surplus];
  if (groups > 1) {
    product = reduceSum(reshape(product, [inputBlocks, groups, outputs * tall * wide * inRow]), [1]);
  }
  const all = reshape(product, [inputBlocks * outputBlocks, tall, wide * inRow * block]);
  const fitting =
    tall === height && wide === width
      ? all
      : slice(all, { starts: [0, 0], ends: [height, width * inRow * block], axes: [1, 2], steps: [1, 1] });
  return reshape(fitting, storedShape(layout));
}

function whole(dy: Value, axis: 0 | 1) {
  return { before: 0, after: 0, side: dy.shape[axis + 2], surplus: 1 };
}

function isOneByOne({ kernel_shape, pads }: ConvGradientAttributes): boolean {
  return kernel_shape.every((side) => side === 1) && pads.every((count) => count === 0);
}

/** x as [C/b, N, H, W·b]; raw images as [1, N, H, W·C]. */
function batchedImages({ x, layout, context }: Gradient, of: { inputBlocks: number; inRow: number }): Value {
  const { inputBlocks, inRow } = of;
  const [batch, , height, width] = x.shape;
  const shape = [inputBlocks, batch, height, width * inRow];
  if (layout.kind === 'raw') {
    const plain = context.places.plain(x);
    return reshape(inRow === 1 ? plain : transpose(plain, [0, 2, 3, 1]), shape);
  }
  const rows = takeRows(context.places.images(x), height * width * inRow, {
    key: `batched ${batch} ${inputBlocks}`,
    indices: () =>
      Int32Array.from({ length: batch * inputBlocks }, (_, i) => (i % batch) * inputBlocks + Math.floor(i / batch)),
    context,
  });
  return reshape(rows, shape);
}

/** The pixels that a 1×1 convolution with strides meets, as [C/b, N, OH, OW·b]. */
function sampledImages({ x, dy, attributes, context }: Gradient, inputBlocks: number): Value {
  const { block } = context;
  const [batch, , height, width] = x.shape;
  const [, , rows, columns] = dy.shape;
  const [down, right] = attributes.strides;
  const taken = takeRows(context.places.images(x), block, {
    key: `sampled ${batch} ${inputBlocks} ${height} ${width} ${down} ${right} ${rows} ${columns}`,
    indices: () => {
      const indices = new Int32Array(inputBlocks * batch * rows * columns);
      let place = 0;
      for (let c = 0; c < inputBlocks; c++) {
        for (let n = 0; n < batch; n++) {
          for (let y = 0; y < rows; y++) {
            for (let z = 0; z < columns; z++) {
              indices[place++] = ((n * inputBlocks + c) * height + y * down) * width + z * right;
            }
          }
        }
      }
      return indices;
    },
    context,
  });
  return reshape(taken, [inputBlocks, batch, rows, columns * block]);
}

/** dY as the weights of a convolution from N to O channels: [G·O/b, N/(G·b), OH, OW, b(n), b(o)]; rows beyond N are 0. */
function outputsAsKernels(
  { dy, context }: Gradient,
  of: { outputs: number; blockedBatch: number; groups: number },
): Value {
  const { block, target } = context;
  const { outputs, blockedBatch, groups } = of;
  const [batch, , height, width] = dy.shape;
  const pixels = height * width;
  const outputBlocks = outputs / block;
  const { parts, rowOf, key } = context.places.pixelRows(dy);
  const zeroRow = () => target.constant('float32', [1, block], new Float32Array(block));
  const isFilled = batch === blockedBatch;
  const known = isFilled ? parts : [...parts, context.constant('zero row', zeroRow)];
  const source = known.length === 1 ? known[0] : concat(known, 0);
  const zero = source.shape[0] - 1;
  const rows = takeRows(source, block, {
    key: `outputs ${batch} ${outputs} ${height} ${width} ${groups} ${key}`,
    indices: () => {
      const indices = new Int32Array(blockedBatch * outputBlocks * pixels);
      const inGroup = blockedBatch / block / groups;
      let place = 0;
      for (let group = 0; group < groups; group++) {
        for (let o = 0; o < outputBlocks; o++) {
          for (let nb = group * inGroup; nb < (group + 1) * inGroup; nb++) {
            for (let pixel = 0; pixel < pixels; pixel++) {
              for (let lane = 0; lane < block; lane++) {
                const n = nb * block + lane;
                indices[place++] = n < batch ? rowOf((n * outputBlocks + o) * pixels + pixel) : zero;
              }
            }
          }
        }
      }
      return indices;
    },
    context,
  });
  return reshape(rows, [outputs * groups, blockedBatch / groups, height, width]);
}

/** One kernel of dY's size for each image and channel, then the sum over images. */
function depthwise(gradient: Gradient): Value | null {
  const { x, dy, layout, attributes, context } = gradient;
  if (attributes.dilations.some((dilation) => dilation > 1)) return null;
  const { block } = context;
  const [batch] = x.shape;
  const channels = roundUp(layout.shape[0], block);
  const [rows, columns] = [reach(gradient, 0), reach(gradient, 1)];
  let images = context.places.images(x);
  if (rows.before + rows.after + columns.before + columns.after > 0) {
    images = blockedConv(images, onesFor(channels, context), {
      group: channels,
      pads: [rows.before, columns.before, rows.after, columns.after],
    });
  }
  const planes = batch * channels;
  const [, , height, width] = dy.shape;
  const product = blockedConv(
    reshape(images, [1, planes, rows.side, columns.side]),
    reshape(context.places.images(dy), [planes, 1, height, width]),
    { dilations: attributes.strides, group: planes },
  );
  const [tall, wide] = [rows.surplus, columns.surplus];
  const ones = context.constant(`ones row ${batch}`, () =>
    context.target.constant('float32', [1, batch], new Float32Array(batch).fill(1)),
  );
  const summed = matmul(ones, reshape(product, [batch, channels * tall * wide]));
  const [kernelHeight, kernelWidth] = attributes.kernel_shape;
  const all = reshape(summed, [channels / block, tall, wide * block]);
  const fitting =
    tall === kernelHeight && wide === kernelWidth
      ? all
      : slice(all, { starts: [0, 0], ends: [kernelHeight, kernelWidth * block], axes: [1, 2], steps: [1, 1] });
  return reshape(fitting, storedShape(layout));
}

/** Weights of a depthwise 1×1 convolution that changes nothing. */
export function onesFor(channels: number, context: BlockedContext): Value {
  return context.constant(`ones ${channels}`, () =>
    context.target.constant('float32', [channels, 1, 1, 1], new Float32Array(channels).fill(1)),
  );
}
