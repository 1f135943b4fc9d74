import { resolveSchedule, type Schedule, type ScheduleOptions } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { scheduleFor } from '../../packages/engine/src/schedules/index.js';
import { nextPlateau, startPlateau } from '../../packages/engine/src/schedules/reduce-on-plateau.js';
import { relativeError } from './numbers.js';
import stored from './oracles/torch-schedules.json' with { type: 'json' };

const { steps: totalSteps, steps_per_epoch: stepsPerEpoch } = stored;
/** Both sides count in float64. */
const TOLERANCE = 1e-12;

const cases = stored.cases.map((each) => ({ ...each, schedule: resolveSchedule(each.schedule as ScheduleOptions) }));
const plateaus = stored.plateaus.map((each) => {
  const schedule = resolveSchedule(each.schedule as ScheduleOptions);
  if (schedule.type !== 'reduce_on_plateau') throw new Error(`${each.name} is no plateau`);
  return { ...each, schedule };
});

function ratesOf(schedule: Schedule, learningRate: number): number[] {
  const { rate } = scheduleFor(schedule, { learningRate, stepsPerEpoch, totalSteps });
  return Array.from({ length: totalSteps }, (_, i) => rate(i + 1));
}

describe('the learning rates are those of PyTorch, or of Keras where it has another schedule', () => {
  it.each(cases)('$name', ({ schedule, learning_rate, rates }) => {
    expect(rates).toHaveLength(totalSteps);
    expect(relativeError(ratesOf(schedule, learning_rate), rates)).toBeLessThan(TOLERANCE);
  });

  it('every schedule is there, and each one apart from "constant" changes the rate', () => {
    const changing = cases.filter(({ rates }) => new Set(rates).size > 1);
    const all = ['constant', 'cosine', 'exponential', 'one_cycle', 'polynomial', 'step'];
    expect([...new Set(changing.map(({ schedule }) => schedule.type))].sort()).toEqual(all);
  });

  /** A later step, and the same step alone, since a resumed training starts anywhere. */
  it.each(cases)('$name is a function of the step', ({ schedule, learning_rate, rates }) => {
    const { rate } = scheduleFor(schedule, { learningRate: learning_rate, stepsPerEpoch, totalSteps });
    for (const step of [60, 17, 1]) expect(rate(step)).toBeCloseTo(rates[step - 1], 12);
  });
});

describe('on a plateau the learning rate falls as with Keras', () => {
  it.each(plateaus)('$name', ({ schedule, learning_rate, figures, rates }) => {
    let state = startPlateau(learning_rate);
    const found = figures.map((figure) => {
      // As it comes back from a checkpoint.
      state = JSON.parse(JSON.stringify(nextPlateau(schedule, state, figure)));
      return state.learning_rate;
    });
    expect(found).toEqual(rates);
  });

  it('a figure that is no number is no improvement', () => {
    const schedule = { ...plateaus[0].schedule, patience: 2 };
    const state = [Number.NaN, Number.NaN].reduce(
      (before, figure) => nextPlateau(schedule, before, figure),
      startPlateau(1),
    );
    expect(state).toEqual({ learning_rate: 0.1, best: null, wait: 0, cooldown: 0 });
  });

  it('the warm-up leads up to the rate of the state', () => {
    const schedule = { ...plateaus[0].schedule, warmup_steps: 4 };
    const { rate } = scheduleFor(schedule, { learningRate: 0.2, stepsPerEpoch, totalSteps });
    expect([1, 2, 3, 4, 5, 60].map(rate)).toEqual([0, 0.05, 0.1, 0.15000000000000002, 0.2, 0.2]);
  });
});

describe('a schedule over a short training', () => {
  const rates = (options: ScheduleOptions, steps: number) => {
    const { rate } = scheduleFor(resolveSchedule(options), { learningRate: 1, stepsPerEpoch: 2, totalSteps: steps });
    return Array.from({ length: steps }, (_, i) => rate(i + 1));
  };

  it.each<ScheduleOptions>([
    { type: 'one_cycle' },
    { type: 'one_cycle', pct_start: 0 },
    { type: 'one_cycle', pct_start: 1 },
    { type: 'one_cycle', pct_start: 0.5, warmup_steps: 9 },
    { type: 'cosine', warmup_epochs: 3 },
    { type: 'polynomial', warmup_steps: 2 },
  ])('is finite and never above the peak: %o', (options) => {
    for (const steps of [1, 2, 3, 4]) {
      for (const rate of rates(options, steps)) {
        expect(rate).toBeGreaterThanOrEqual(0);
        expect(rate).toBeLessThanOrEqual(1);
      }
    }
  });

  it('one cycle warms up to the rate it starts from', () => {
    const found = rates({ type: 'one_cycle', warmup_steps: 2, warmup_start_factor: 0.5 }, 20);
    expect(relativeError(found.slice(0, 3), [0.02, 0.03, 0.04])).toBeLessThan(TOLERANCE);
  });
});
