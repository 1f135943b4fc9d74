/**
 * The learning rate falls when a figure has not become better for some epochs: Keras' ReduceLROnPlateau. This is the
 * only schedule with a state, which must be kept with the checkpoints; everything here is pure.
 */
import type { ScheduleDefinition, ScheduleOf } from './schedule.js';

type ReduceOnPlateau = ScheduleOf<'reduce_on_plateau'>;

/** What is known after an epoch. It survives JSON. */
export interface PlateauState {
  /** The rate of the next epoch. */
  readonly learning_rate: number;
  /** The best figure so far; null before the first. */
  readonly best: number | null;
  /** Epochs since then, or since the rate fell. */
  readonly wait: number;
  /** Epochs in which no waiting is counted. */
  readonly cooldown: number;
}

/** Constant between two epochs: the rate is the one of the state. */
export const reduceOnPlateau: ScheduleDefinition<ReduceOnPlateau> = {
  rateAfter:
    (_schedule, { learningRate }) =>
    () =>
      learningRate,
};

export function startPlateau(learningRate: number): PlateauState {
  return { learning_rate: learningRate, best: null, wait: 0, cooldown: 0 };
}

/** The state after an epoch whose monitored figure was `figure`. */
export function nextPlateau(schedule: ReduceOnPlateau, state: PlateauState, figure: number): PlateauState {
  const cooldown = Math.max(0, state.cooldown - 1);
  const waited = state.cooldown > 0 ? 0 : state.wait;
  if (isBetter(schedule, figure, state.best)) return { ...state, best: figure, wait: 0, cooldown };
  if (cooldown > 0) return { ...state, wait: waited, cooldown };
  const wait = waited + 1;
  if (wait < schedule.patience || state.learning_rate <= schedule.min_lr) return { ...state, wait, cooldown };
  const learning_rate = Math.max(state.learning_rate * schedule.factor, schedule.min_lr);
  return { ...state, learning_rate, wait: 0, cooldown: schedule.cooldown };
}

function isBetter({ mode, min_delta }: ReduceOnPlateau, figure: number, best: number | null): boolean {
  if (best === null) return !Number.isNaN(figure);
  return mode === 'max' ? figure > best + min_delta : figure < best - min_delta;
}
