// Images and weights that oracles/generator.py makes as well, so that none of them is stored.
import { type Shape, sizeOf } from '../../packages/engine/src/graph/tensor-type.js';
import type { Model, ModelParameter } from '../../packages/engine/src/model/model.js';
import { parameterName } from '../../packages/engine/src/model/parameters.js';
import { streamKey, uint32At } from '../../packages/engine/src/random/counter.js';

const DATA = 3000;
const WEIGHTS = 3001;

/** A weight's place in this list keeps its numbers apart from those of the layer's other weights. */
const NAMES = [
  'kernel',
  'depthwise_kernel',
  'pointwise_kernel',
  'bias',
  'gamma',
  'beta',
  'alpha',
  'moving_mean',
  'moving_variance',
];

/** Where a weight that is no kernel starts: the middle and how far from it. */
const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  gamma: [1, 0.25],
  beta: [0, 0.25],
  alpha: [0.25, 0.125],
  moving_mean: [0, 0],
  moving_variance: [1, 0],
};

/** Noise, with a bright stripe wherever (row + column) % classes is the image's class. */
export function oracleImages(seed: number, shape: Shape, classes: number): Uint8Array<ArrayBuffer> {
  const [, channels, height, width] = shape;
  const plane = height * width;
  const key = streamKey(seed, DATA);
  return Uint8Array.from({ length: sizeOf(shape) }, (_, i) => {
    const label = Math.floor(i / (channels * plane)) % classes;
    const stripe = (Math.floor((i % plane) / width) + (i % width)) % classes;
    return ((uint32At(key, i) >>> 8) % 128) + (stripe === label ? 127 : 0);
  });
}

/** Weights by name, drawn in Keras' order of axes. */
export function oracleWeights(model: Model, seed: number): Map<string, Float32Array<ArrayBuffer>> {
  const places = new Map(model.layers.map(({ spec }, place) => [spec.name, place]));
  let fanIn = 1;
  return new Map(
    model.parameters.map((parameter) => {
      const place = places.get(parameter.layer) ?? 0;
      if (parameter.name.endsWith('kernel')) fanIn = fanInOf(model, place, parameter);
      const [middle, reach] = RANGES[parameter.name] ?? [0, Math.sqrt(3 / fanIn)];
      const key = streamKey(seed, WEIGHTS, place, NAMES.indexOf(parameter.name));
      const drawn = Float32Array.from({ length: sizeOf(parameter.shape) }, (_, i) => {
        return middle + ((uint32At(key, i) >>> 8) / 2 ** 23 - 1) * reach;
      });
      return [parameterName(parameter), fromKeras(drawn, parameter)];
    }),
  );
}

/** Inputs that one output is summed over. */
function fanInOf(model: Model, place: number, parameter: ModelParameter): number {
  const shape = kerasShapeOf(parameter);
  if (shape.length === 2) return shape[0];
  const area = shape[0] * shape[1];
  const { type } = model.layers[place].spec;
  if (type === 'conv2d_transpose') return area * shape[3];
  return type === 'depthwise_conv2d' || parameter.name === 'depthwise_kernel' ? area : area * shape[2];
}

function kerasShapeOf({ shape, kerasAxes }: ModelParameter): Shape {
  return kerasAxes?.map((axis) => shape[axis]) ?? shape;
}

/** Numbers in Keras' order brought to the order that the compiler keeps them in. */
function fromKeras(values: Float32Array<ArrayBuffer>, parameter: ModelParameter): Float32Array<ArrayBuffer> {
  const { shape, kerasAxes } = parameter;
  if (!kerasAxes) return values;
  const sides = kerasShapeOf(parameter);
  const strides = kerasAxes.map((axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const result = new Float32Array(values.length);
  values.forEach((value, i) => {
    let rest = i;
    let place = 0;
    for (let k = sides.length - 1; k >= 0; k--) {
      place += (rest % sides[k]) * strides[k];
      rest = Math.floor(rest / sides[k]);
    }
    result[place] = value;
  });
  return result;
}
