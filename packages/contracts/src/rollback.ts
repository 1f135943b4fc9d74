/** Where a training went back to when its numbers were none any more; it does so once. */
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { Strict } from './schema.js';

export const JobRollback = Strict({
  at_step: Type.Integer({ minimum: 1, description: 'The step at which it was noticed' }),
  to_step: Type.Integer({ minimum: 0, description: 'The step of the checkpoint that it went on from; 0 is the start' }),
  epoch: Type.Integer({ minimum: 0, description: 'Epochs done there' }),
  rate_factor: Type.Number({ description: 'What every learning rate has been multiplied by since then' }),
  reason: Type.String(),
});
export type JobRollback = Static<typeof JobRollback>;

/** A stored rollback. Throws for anything else. */
export function parseJobRollback(value: unknown): JobRollback {
  return Value.Parse(JobRollback, value);
}
