/** How a job is run. It is chosen at the job's first start and stored with the job, so that a resume repeats it exactly. */
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { DEVICES } from './job.js';
import { Strict, Words } from './schema.js';

export const ExecutionPlan = Strict({
  lowering: Words(['portable'] as const),
  device: Words(DEVICES),
  threads: Type.Integer({ minimum: 1, description: 'Threads of one operator' }),
  steps_per_run: Type.Integer({ minimum: 1, description: 'Training steps in one run of the compiled graph' }),
  onnxruntime_version: Type.String(),
  cpu: Type.Optional(
    Type.String({ description: 'Instruction sets that decide the bits; plans of older versions have none' }),
  ),
});
export type ExecutionPlan = Static<typeof ExecutionPlan>;

/** A stored plan. Throws for anything else. */
export function parseExecutionPlan(value: unknown): ExecutionPlan {
  return Value.Parse(ExecutionPlan, value);
}
