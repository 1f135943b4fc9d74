/** How a job is run. It is chosen at the job's first start and stored with the job, so that a resume repeats it exactly. */
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { DEVICES } from './job.js';
import { Strict, Words } from './schema.js';

export const LOWERINGS = ['portable', 'blocked'] as const;
export type Lowering = (typeof LOWERINGS)[number];

/** What a worker is told: `auto` measures where both are to be had, once for each graph and kind of machine. */
export const LOWERING_SETTINGS = ['auto', ...LOWERINGS] as const;
export type LoweringSetting = (typeof LOWERING_SETTINGS)[number];

export const ExecutionPlan = Strict({
  lowering: Words(LOWERINGS),
  block: Type.Optional(
    Type.Integer({ minimum: 8, maximum: 16, description: 'Channels of one block; blocked plans alone have it' }),
  ),
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

const Milliseconds = Type.Number({ minimum: 0, description: 'Of a training step' });

/** What the choice of a lowering was made by. */
export const LoweringTimes = Strict({ portable_ms: Milliseconds, blocked_ms: Milliseconds });
export type LoweringTimes = Static<typeof LoweringTimes>;

/** Stored times; null for anything else. */
export function parseLoweringTimes(value: unknown): LoweringTimes | null {
  return Value.Check(LoweringTimes, value) ? value : null;
}
