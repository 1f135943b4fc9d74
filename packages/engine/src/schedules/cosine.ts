/**
 * lr · ((1 − α) · m · (1 + cos(π · steps / length)) / 2 + α) (Loshchilov and Hutter, 2017): Keras' CosineDecay, with
 * m = 1, and CosineDecayRestarts, where each period is `t_mul` times as long as the one before and starts at m = `m_mul`
 * times its rate.
 */
import { decaySteps, type ScheduleDefinition, type ScheduleOf } from './schedule.js';

export const cosine: ScheduleDefinition<ScheduleOf<'cosine'>> = {
  rateAfter: (schedule, span) => {
    const { alpha, restarts } = schedule;
    const length = decaySteps(schedule, span, span.totalSteps);
    const rate = (part: number, height: number) =>
      span.learningRate * ((1 - alpha) * height * 0.5 * (1 + Math.cos(Math.PI * part)) + alpha);
    if (!restarts) return (done) => rate(Math.min(done, length) / length, 1);
    return (done) => {
      const { period, part } = place(done, length, restarts.t_mul);
      return rate(part, restarts.m_mul ** period);
    };
  },
};

/** The period that a step lies in, and the part of it that is over. Counted, since logarithms miss its first step. */
function place(done: number, first: number, growth: number): { period: number; part: number } {
  if (growth === 1) {
    const period = Math.floor(done / first);
    return { period, part: (done - period * first) / first };
  }
  let [period, rest, length] = [0, done, first];
  while (rest >= length) {
    rest -= length;
    length *= growth;
    period++;
  }
  return { period, part: rest / length };
}
