// A chain of the basic layers in float64, written from their definitions and as plainly as possible: slow, and independent
// of the compiler's graphs. PyTorch's numbers stand for the other layers.
import type { Activation } from '../../packages/engine/src/activations/activation.js';
import type { BuiltLayer, Model } from '../../packages/engine/src/model/model.js';
import { parameterName } from '../../packages/engine/src/model/parameters.js';
import { referenceActivation } from './reference-activations.js';
import type { Numbers } from './session.js';

export type Weights = ReadonlyMap<string, Numbers>;

/** One image as [channels, height, width], or a vector as [units, 1, 1]. */
interface Features {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly data: Float64Array;
}

export interface ReferenceInput {
  /** Normalised pixels [channels, height, width]. */
  readonly pixels: Numbers;
  /** Of each dropout layer: 1 keeps a value, 0 drops it. Without masks nothing is dropped. */
  readonly masks?: readonly Numbers[];
}

/** The logits of one image. */
export function referenceLogits(model: Model, weights: Weights, { pixels, masks }: ReferenceInput): Float64Array {
  const { channels, height, width } = model.image;
  let x: Features = { channels, height, width, data: Float64Array.from(pixels) };
  let dropouts = 0;
  for (const [i, layer] of model.layers.entries()) {
    const mask = layer.spec.type === 'dropout' ? masks?.[dropouts++] : undefined;
    x = applyLayer(layer, x, weights, mask);
    const activation = layer.definition.activation?.(layer.spec);
    if (activation && i < model.layers.length - 1) x = activate(activation, x);
  }
  return x.data;
}

export function softmaxOf(logits: Float64Array): Float64Array {
  const largest = Math.max(...logits);
  const powers = logits.map((z) => Math.exp(z - largest));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

/** −ln softmax(logits)[label]. */
export function crossEntropyOf(logits: Float64Array, label: number): number {
  const largest = Math.max(...logits);
  return largest + Math.log(logits.reduce((sum, z) => sum + Math.exp(z - largest), 0)) - logits[label];
}

function applyLayer(layer: BuiltLayer, x: Features, weights: Weights, mask: Numbers | undefined): Features {
  const { spec } = layer;
  const weight = (name: string) => weights.get(parameterName({ layer: spec.name, name })) ?? [];
  switch (spec.type) {
    case 'conv2d':
      return convolve(layer, x, weight('kernel'), weight('bias'));
    case 'max_pooling2d':
      return pool(layer, x);
    case 'flatten':
      return { channels: x.data.length, height: 1, width: 1, data: x.data };
    case 'dense':
      return connect(x, Number(layer.plan.parameters[0].shape[1]), weight('kernel'), weight('bias'));
    case 'dropout':
      return mask ? { ...x, data: x.data.map((v, i) => (v * mask[i]) / (1 - Number(spec.rate))) } : x;
    case 'activation':
      return x;
    default:
      throw new Error(`the reference knows no layer ${spec.type}`);
  }
}

interface Geometry {
  readonly size: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly before: readonly [number, number];
}

function geometry(layer: BuiltLayer, x: Features, size: unknown, strides: unknown): Geometry {
  const [kernel, stride] = [pair(size), pair(strides)];
  const before = ([0, 1] as const).map((axis) => {
    const side = axis === 0 ? x.height : x.width;
    const outputs = Math.ceil(side / stride[axis]);
    const total = Math.max((outputs - 1) * stride[axis] + kernel[axis] - side, 0);
    return layer.spec.padding === 'same' ? Math.floor(total / 2) : 0;
  });
  return { size: kernel, strides: stride, before: [before[0], before[1]] };
}

function pair(value: unknown): readonly [number, number] {
  return Array.isArray(value) ? [Number(value[0]), Number(value[1])] : [Number(value), Number(value)];
}

function outputOf({ plan }: BuiltLayer, fill: (channel: number, row: number, column: number) => number): Features {
  const { output } = plan;
  if (output.kind !== 'image') throw new Error('expected an image');
  const { channels, height, width } = output;
  const data = Float64Array.from({ length: channels * height * width }, (_, i) => {
    const place = i % (height * width);
    return fill(Math.floor(i / (height * width)), Math.floor(place / width), place % width);
  });
  return { channels, height, width, data };
}

/** Visits the pixels of one channel under a window: their value and their place in the window. */
function visit(
  x: Features,
  { size, strides, before }: Geometry,
  [channel, row, column]: readonly number[],
  see: (value: number, place: number) => void,
) {
  for (let i = 0; i < size[0]; i++) {
    for (let j = 0; j < size[1]; j++) {
      const y = row * strides[0] - before[0] + i;
      const z = column * strides[1] - before[1] + j;
      if (y < 0 || z < 0 || y >= x.height || z >= x.width) continue;
      see(x.data[(channel * x.height + y) * x.width + z], i * size[1] + j);
    }
  }
}

function convolve(layer: BuiltLayer, x: Features, kernel: Numbers, bias: Numbers): Features {
  const window = geometry(layer, x, layer.spec.kernel_size, layer.spec.strides);
  const area = window.size[0] * window.size[1];
  return outputOf(layer, (filter, row, column) => {
    let sum = bias.length > 0 ? bias[filter] : 0;
    for (let channel = 0; channel < x.channels; channel++) {
      visit(x, window, [channel, row, column], (value, place) => {
        sum += value * kernel[(filter * x.channels + channel) * area + place];
      });
    }
    return sum;
  });
}

function pool(layer: BuiltLayer, x: Features): Features {
  const window = geometry(layer, x, layer.spec.pool_size, layer.spec.strides ?? layer.spec.pool_size);
  return outputOf(layer, (channel, row, column) => {
    let largest = Number.NEGATIVE_INFINITY;
    visit(x, window, [channel, row, column], (value) => {
      largest = Math.max(largest, value);
    });
    return largest;
  });
}

function connect(x: Features, units: number, kernel: Numbers, bias: Numbers): Features {
  const data = Float64Array.from({ length: units }, (_, unit) =>
    x.data.reduce((sum, value, i) => sum + value * kernel[i * units + unit], bias.length > 0 ? bias[unit] : 0),
  );
  return { channels: units, height: 1, width: 1, data };
}

function activate(activation: Activation, x: Features): Features {
  if (activation.type === 'softmax') return softmaxOverChannels(x);
  return { ...x, data: x.data.map(referenceActivation(activation)) };
}

function softmaxOverChannels(x: Features): Features {
  const area = x.height * x.width;
  const data = new Float64Array(x.data.length);
  for (let place = 0; place < area; place++) {
    const column = Float64Array.from({ length: x.channels }, (_, channel) => x.data[channel * area + place]);
    softmaxOf(column).forEach((value, channel) => {
      data[channel * area + place] = value;
    });
  }
  return { ...x, data };
}
