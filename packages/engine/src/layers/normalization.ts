/**
 * y = (x − mean) / max(√variance, 1e-7), with fixed numbers: Keras' layer after `adapt`. Where both are left out and the
 * layer sees the pixels themselves, they are those of the train split.
 */
import { type Static, Type } from 'typebox';
import { mul } from '../ops/mul.js';
import { sub } from '../ops/sub.js';
import { besideChannels, ChannelNumbersArgument, channelNumbers } from './channel-numbers.js';
import { type FeatureShape, featureCount, type LayerDefinition, LayerError, type PlanContext } from './layer.js';

const description = 'one number, or one per channel; of the train split where both mean and variance are left out';

const Arguments = Type.Object({
  mean: Type.Optional(ChannelNumbersArgument({ description })),
  variance: Type.Optional(ChannelNumbersArgument({ minimum: 0, description })),
});

type NormalizationArguments = Static<typeof Arguments>;

const SMALLEST_DEVIATION = 1e-7;

export const normalization: LayerDefinition<NormalizationArguments> = {
  type: 'normalization',
  summary: 'Takes a fixed mean away and divides by a fixed deviation.',
  arguments: Arguments,
  plan(args, [input], context) {
    const constants = statisticsOf(args, input, context);
    return { output: input, parameters: [], flops: 2 * featureCount(input), constants };
  },
  forward(_args, [x], { plan: { constants: { mean, deviation } = {} } }) {
    const inverse = deviation.map((number) => 1 / Math.max(number, SMALLEST_DEVIATION));
    return mul(sub(x, besideChannels(mean, x)), besideChannels(inverse, x));
  },
};

function statisticsOf({ mean, variance }: NormalizationArguments, input: FeatureShape, { pixels }: PlanContext) {
  if (mean !== undefined && variance !== undefined) {
    return {
      mean: channelNumbers('mean', mean, input),
      deviation: channelNumbers('variance', variance, input).map(Math.sqrt),
    };
  }
  if (mean === undefined && variance === undefined && pixels) return { mean: pixels.mean, deviation: pixels.std };
  throw new LayerError(
    mean === undefined ? 'mean' : 'variance',
    'expected mean and variance, which only a layer that gets the pixels of a known data set may leave out; received ' +
      `${mean === undefined && variance === undefined ? 'neither' : 'one of them'}`,
  );
}
