/**
 * The same values in another shape, in the order that Keras has them (rows, columns, channels): an image here is turned
 * into that order first, and so is a vector that a flatten made of one.
 */
import { type Static, Type } from 'typebox';
import type { Value } from '../graph/graph.js';
import { reshape as reshapeValue } from '../ops/reshape.js';
import { transpose } from '../ops/transpose.js';
import { type FeatureShape, featureCount, type ImageShape, type LayerDefinition, LayerError } from './layer.js';

const Arguments = Type.Object({
  target_shape: Type.Unsafe<readonly number[]>({
    type: 'array',
    items: { type: 'integer', minimum: -1 },
    minItems: 1,
    maxItems: 3,
    description: '[units] or [height, width, channels]; one of them may be -1, for what is left',
  }),
});

export const reshape: LayerDefinition<Static<typeof Arguments>> = {
  type: 'reshape',
  summary: 'Gives the values another shape.',
  arguments: Arguments,
  plan: (args, [input]) => ({ output: shapeOf(args.target_shape, input), parameters: [], flops: 0 }),
  forward(_args, [x], { inputs: [input], plan: { output } }) {
    const source = input.kind === 'image' ? input : input.image;
    if (output.kind === 'vector') return reshapeValue(source ? toChannelsLast(x, source) : x, [0, output.units]);
    if (source && isSame(source, output)) return reshapeValue(x, [0, source.channels, source.height, source.width]);
    return fromChannelsLast(source ? toChannelsLast(x, source) : x, output);
  },
};

/** Throws a `LayerError` where the target holds another number of values than the input. */
function shapeOf(target: readonly number[], input: FeatureShape): FeatureShape {
  const count = featureCount(input);
  const sides = fillIn(target, count);
  if (sides.reduce((product, side) => product * side, 1) !== count) {
    throw new LayerError('target_shape', `expected the ${count} values of the input; received [${target.join(', ')}]`);
  }
  if (sides.length === 1) return { kind: 'vector', units: sides[0] };
  if (sides.length === 3) return { kind: 'image', height: sides[0], width: sides[1], channels: sides[2] };
  throw new LayerError(
    'target_shape',
    `expected [units] or [height, width, channels]; received [${target.join(', ')}]. ` +
      `Use [${sides[0]}, 1, ${sides[1]}] for rows with channels`,
  );
}

function fillIn(target: readonly number[], count: number): number[] {
  const known = target.filter((side) => side !== -1);
  if (known.includes(0) || known.length < target.length - 1) {
    throw new LayerError(
      'target_shape',
      `expected sizes of at least 1, of which one may be -1; received [${target.join(', ')}]`,
    );
  }
  const rest = Math.floor(count / known.reduce((product, side) => product * side, 1));
  return target.map((side) => (side === -1 ? rest : side));
}

/** [N, C, H, W], or the same values in a row, as [N, H, W, C]. */
function toChannelsLast(x: Value, { height, width, channels }: ImageShape): Value {
  return transpose(reshapeValue(x, [0, channels, height, width]), [0, 2, 3, 1]);
}

/** Values in the order of [N, H, W, C], in whatever shape, as [N, C, H, W]. */
function fromChannelsLast(x: Value, { height, width, channels }: ImageShape): Value {
  return transpose(reshapeValue(x, [0, height, width, channels]), [0, 3, 1, 2]);
}

function isSame(a: ImageShape, b: ImageShape): boolean {
  return a.height === b.height && a.width === b.width && a.channels === b.channels;
}
