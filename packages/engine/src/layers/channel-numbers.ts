/** Numbers in the arguments of a layer that hold for all values, or for each channel or unit. */
import { Type } from 'typebox';
import type { Value } from '../graph/graph.js';
import { type FeatureShape, LayerError } from './layer.js';

export type ChannelNumbers = number | readonly number[];

/** One number, or one for each channel or unit. */
export const ChannelNumbersArgument = (options: { default?: number; description?: string; minimum?: number } = {}) => {
  const { minimum, ...rest } = options;
  const one = Type.Number(minimum === undefined ? {} : { minimum });
  return Type.Unsafe<ChannelNumbers>({ anyOf: [one, Type.Array(one, { minItems: 1 })], ...rest });
};

/** The numbers as a list of one, or of as many as the input has channels or units. Throws where there are others. */
export function channelNumbers(argument: string, value: ChannelNumbers, input: FeatureShape): readonly number[] {
  const list = typeof value === 'number' ? [value] : value;
  const count = input.kind === 'image' ? input.channels : input.units;
  if (list.length !== 1 && list.length !== count) {
    const what = input.kind === 'image' ? 'channel' : 'unit';
    throw new LayerError(argument, `expected one number, or ${count}, one per ${what}; received ${list.length}`);
  }
  if (list.length > 1 && input.kind === 'vector' && input.image) {
    throw new LayerError(argument, 'expected one number after flatten. Put this layer before flatten');
  }
  return list;
}

/** The numbers as a constant that broadcasts along x's channels or units. */
export function besideChannels(numbers: readonly number[], x: Value): Value {
  if (numbers.length === 1) return x.graph.scalar(numbers[0]);
  const shape = [numbers.length, ...x.shape.slice(2).map(() => 1)];
  return x.graph.constant('float32', shape, Float32Array.from(numbers));
}
