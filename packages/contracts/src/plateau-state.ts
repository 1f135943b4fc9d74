/** What a schedule that follows the figures knows after an epoch, as checkpoints keep it. */
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { Nullable, Strict } from './schema.js';

export const PlateauState = Strict({
  learning_rate: Type.Number({ description: 'The rate of the next epoch' }),
  best: Nullable(Type.Number({ description: 'The best figure so far' })),
  wait: Type.Integer({ minimum: 0, description: 'Epochs since then, or since the rate fell' }),
  cooldown: Type.Integer({ minimum: 0, description: 'Epochs in which no waiting is counted' }),
});
export type PlateauState = Static<typeof PlateauState>;

/** A stored state. Throws for anything else. */
export function parsePlateauState(value: unknown): PlateauState {
  return Value.Parse(PlateauState, value);
}
