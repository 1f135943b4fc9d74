/** lr · decay_rate^(steps / length), in whole lengths with `staircase`: Keras' ExponentialDecay. */
import { decaySteps, type ScheduleDefinition, type ScheduleOf } from './schedule.js';

export const exponential: ScheduleDefinition<ScheduleOf<'exponential'>> = {
  rateAfter: (schedule, span) => {
    const length = decaySteps(schedule, span, span.stepsPerEpoch);
    return (done) => {
      const periods = done / length;
      return span.learningRate * schedule.decay_rate ** (schedule.staircase ? Math.floor(periods) : periods);
    };
  },
};
