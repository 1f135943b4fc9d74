/**
 * (lr − end) · (1 − steps / length)^power + end: Keras' PolynomialDecay. With `cycle`, the length becomes its smallest
 * multiple that has not ended.
 */
import { decaySteps, type ScheduleDefinition, type ScheduleOf } from './schedule.js';

export const polynomial: ScheduleDefinition<ScheduleOf<'polynomial'>> = {
  rateAfter: (schedule, span) => {
    const { end_learning_rate: end, power, cycle } = schedule;
    const first = decaySteps(schedule, span, span.totalSteps);
    return (done) => {
      const length = cycle ? first * Math.max(1, Math.ceil(done / first)) : first;
      const left = 1 - Math.min(done, length) / length;
      return (span.learningRate - end) * left ** power + end;
    };
  },
};
