/** What the engine knows of one kind of schedule: a pure function of the step, so that a resumed training goes on alike. */
import type { Schedule } from '@trainyard/contracts';

/** What a schedule is laid over. */
export interface ScheduleSpan {
  /** The optimizer's learning rate. */
  readonly learningRate: number;
  readonly stepsPerEpoch: number;
  /** Steps of the whole training; within a `ScheduleDefinition`, of what is left of it after the warm-up. */
  readonly totalSteps: number;
}

export type ScheduleOf<T extends Schedule['type']> = Extract<Schedule, { type: T }>;

/** One kind of schedule. A method, so that kinds with different options fit in one record. */
export interface ScheduleDefinition<S extends Schedule = Schedule> {
  /** The learning rate after `done` steps, without the warm-up. */
  rateAfter(schedule: S, span: ScheduleSpan): (done: number) => number;
}

interface DecayLength {
  readonly decay_epochs: number | null;
  readonly decay_steps: number | null;
}

/** Steps of a decay; `otherwise` where the schedule does not say. */
export function decaySteps(
  { decay_epochs, decay_steps }: DecayLength,
  { stepsPerEpoch }: ScheduleSpan,
  otherwise: number,
): number {
  if (decay_steps !== null) return decay_steps;
  return decay_epochs === null ? otherwise : decay_epochs * stepsPerEpoch;
}
