/** y = x · scale + offset, with fixed numbers. */
import { type Static, Type } from 'typebox';
import { add } from '../ops/add.js';
import { mul } from '../ops/mul.js';
import { besideChannels, ChannelNumbersArgument, channelNumbers } from './channel-numbers.js';
import { featureCount, type LayerDefinition } from './layer.js';

const Arguments = Type.Object({
  scale: ChannelNumbersArgument({ description: 'one number, or one per channel' }),
  offset: ChannelNumbersArgument({ default: 0, description: 'one number, or one per channel' }),
});

export const rescaling: LayerDefinition<Static<typeof Arguments>> = {
  type: 'rescaling',
  summary: 'Multiplies by a fixed scale and adds a fixed offset.',
  arguments: Arguments,
  plan(args, [input]) {
    const scale = channelNumbers('scale', args.scale, input);
    const offset = channelNumbers('offset', args.offset, input);
    return { output: input, parameters: [], flops: 2 * featureCount(input), constants: { scale, offset } };
  },
  forward(_args, [x], { plan: { constants: { scale, offset } = {} } }) {
    const scaled = mul(x, besideChannels(scale, x));
    return offset.every((number) => number === 0) ? scaled : add(scaled, besideChannels(offset, x));
  },
  needs: (_args, wanted) => wanted,
};
