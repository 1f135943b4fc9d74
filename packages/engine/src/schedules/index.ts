/** Every kind of schedule, by the name that trainings use. */
import type { Schedule } from '@trainyard/contracts';
import { constant } from './constant.js';
import { cosine } from './cosine.js';
import { exponential } from './exponential.js';
import { oneCycle } from './one-cycle.js';
import { polynomial } from './polynomial.js';
import { reduceOnPlateau } from './reduce-on-plateau.js';
import type { ScheduleDefinition, ScheduleOf, ScheduleSpan } from './schedule.js';
import { step } from './step.js';
import { warmupFactor, warmupSteps } from './warmup.js';

const schedules: { readonly [T in Schedule['type']]: ScheduleDefinition<ScheduleOf<T>> } = {
  constant,
  step,
  exponential,
  polynomial,
  cosine,
  one_cycle: oneCycle,
  reduce_on_plateau: reduceOnPlateau,
};

export interface LearningRates {
  /** The learning rate of a step counted from 1. */
  rate(step: number): number;
}

/**
 * The learning rates of a training. For `reduce_on_plateau`, `learningRate` is the one of its state, and the schedule is
 * made anew when that changes.
 */
export function scheduleFor(schedule: Schedule, span: ScheduleSpan): LearningRates {
  const definition: ScheduleDefinition = schedules[schedule.type];
  const warmup = warmupSteps(schedule, span.stepsPerEpoch);
  const left = Math.max(1, span.totalSteps - warmup);
  const rateAfter = definition.rateAfter(schedule, { ...span, totalSteps: left });
  return {
    rate(step) {
      const done = step - 1;
      if (done < warmup) return rateAfter(0) * warmupFactor(schedule, done, warmup);
      return rateAfter(done - warmup);
    },
  };
}
