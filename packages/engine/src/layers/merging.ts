/**
 * What layers that merge several inputs value by value share. As in Keras, sizes of 1 are stretched, and a vector that
 * meets images stands beside their channels.
 */
import { Type } from 'typebox';
import type { Value } from '../graph/graph.js';
import { reshape } from '../ops/reshape.js';
import { inKerasOrder } from './keras-order.js';
import {
  describeFeatures,
  type FeatureShape,
  featureCount,
  type ImageShape,
  type LayerDefinition,
  LayerError,
  type VectorShape,
} from './layer.js';

export interface Merge {
  readonly type: string;
  readonly summary: string;
  /** How many inputs there must be; two or more where left out. */
  readonly count?: number;
  /** All inputs brought to shapes that broadcast. */
  merge(inputs: readonly Value[]): Value;
}

export function mergeLayer({ type, summary, count, merge }: Merge): LayerDefinition {
  return {
    type,
    summary,
    arguments: Type.Object({}),
    inputs: 'several',
    plan(_args, inputs) {
      if (count !== undefined && inputs.length !== count) {
        throw new LayerError('inputs', `expected ${count} layers; received ${inputs.length}`);
      }
      const output = mergedShape(type, inputs);
      return { output, parameters: [], flops: (inputs.length - 1) * featureCount(output) };
    },
    forward: (_args, inputs, context) => merge(align(inputs, context.inputs, context.plan.output)),
  };
}

function mergedShape(type: string, inputs: readonly FeatureShape[]): FeatureShape {
  const vectors = inputs.filter((input) => input.kind === 'vector');
  if (vectors.length === inputs.length) return mergedVector(type, vectors);
  const images = inputs.map((input) => (input.kind === 'image' ? input : beside(input)));
  const side = (pick: (image: ImageShape) => number) => mergedSide(type, inputs, images.map(pick));
  return {
    kind: 'image',
    height: side(({ height }) => height),
    width: side(({ width }) => width),
    channels: side(({ channels }) => channels),
  };
}

/** Vectors that one flatten made the same way keep their order; others come together in Keras'. */
function mergedVector(type: string, inputs: readonly VectorShape[]): VectorShape {
  const units = mergedSide(
    type,
    inputs,
    inputs.map((input) => input.units),
  );
  const image = inputs[0].image;
  return image && inputs.every((input) => isSameOrder(input, inputs[0]))
    ? { kind: 'vector', units, image }
    : { kind: 'vector', units };
}

function isSameOrder(a: VectorShape, b: VectorShape): boolean {
  if (!a.image || !b.image) return false;
  const { height, width, channels } = a.image;
  return height === b.image.height && width === b.image.width && channels === b.image.channels;
}

function beside({ units }: VectorShape): ImageShape {
  return { kind: 'image', height: 1, width: 1, channels: units };
}

function mergedSide(type: string, inputs: readonly FeatureShape[], sides: readonly number[]): number {
  const largest = Math.max(...sides);
  if (sides.every((side) => side === 1 || side === largest)) return largest;
  throw new LayerError(
    'inputs',
    `${type} expected inputs of one shape, or with sizes of 1 where they differ; received ` +
      inputs.map(describeFeatures).join(' and '),
  );
}

function align(values: readonly Value[], inputs: readonly FeatureShape[], output: FeatureShape): Value[] {
  return values.map((value, i) => {
    const input = inputs[i];
    if (input.kind === 'image') return value;
    if (output.kind === 'vector') return output.image ? value : inKerasOrder(value, input);
    return reshape(inKerasOrder(value, input), [0, input.units, 1, 1]);
  });
}
