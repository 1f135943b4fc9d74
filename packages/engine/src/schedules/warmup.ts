/**
 * A linear rise in front of a schedule (Goyal et al., 2017), from `warmup_start_factor` of its first rate to that rate:
 * PyTorch's LinearLR, followed by the schedule as with SequentialLR.
 */
import type { Schedule } from '@trainyard/contracts';

export function warmupSteps({ warmup_epochs, warmup_steps }: Schedule, stepsPerEpoch: number): number {
  return warmup_epochs > 0 ? warmup_epochs * stepsPerEpoch : warmup_steps;
}

/** The part of the first rate that is used after `done` of `steps` steps of the warm-up. */
export function warmupFactor({ warmup_start_factor: start }: Schedule, done: number, steps: number): number {
  return start + ((1 - start) * done) / steps;
}
