/** What a checkpoint keeps of an epoch that it interrupts: how far it was and its running figures. */
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { Strict } from './schema.js';

export const EpochState = Strict({
  steps: Type.Integer({ minimum: 1, description: 'Steps of the epoch that are done' }),
  images: Type.Integer({ minimum: 1 }),
  loss: Type.Number({ description: 'Sum over the images' }),
  metrics: Type.Array(Type.Number(), { description: "What the metrics' accumulators have saved" }),
});
export type EpochState = Static<typeof EpochState>;

/** A stored state. Throws for anything else. */
export function parseEpochState(value: unknown): EpochState {
  return Value.Parse(EpochState, value);
}
