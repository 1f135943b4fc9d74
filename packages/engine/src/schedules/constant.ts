/** The learning rate stays what it is. */
import type { ScheduleDefinition, ScheduleOf } from './schedule.js';

export const constant: ScheduleDefinition<ScheduleOf<'constant'>> = {
  rateAfter:
    (_schedule, { learningRate }) =>
    () =>
      learningRate,
};
