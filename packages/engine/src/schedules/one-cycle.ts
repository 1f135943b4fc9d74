/**
 * From lr / div_factor up to lr, then down to the first rate over `final_div_factor`, both along half a cosine (Smith and
 * Topin, 2018): PyTorch's OneCycleLR with two phases. The momentum stays what it is.
 */
import type { ScheduleDefinition, ScheduleOf } from './schedule.js';

export const oneCycle: ScheduleDefinition<ScheduleOf<'one_cycle'>> = {
  rateAfter: ({ pct_start, div_factor, final_div_factor }, { learningRate, totalSteps }) => {
    const first = learningRate / div_factor;
    const last = first / final_div_factor;
    const end = totalSteps - 1;
    const peak = pct_start * totalSteps - 1;
    return (done) => {
      const step = Math.min(done, end);
      if (step <= peak) return anneal(first, learningRate, peak === 0 ? 1 : step / peak);
      return anneal(learningRate, last, (step - peak) / (end - peak));
    };
  },
};

/** Half a cosine from one number to another. */
function anneal(from: number, to: number, part: number): number {
  return to + ((from - to) / 2) * (1 + Math.cos(Math.PI * part));
}
