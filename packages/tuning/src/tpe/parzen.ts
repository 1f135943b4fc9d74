/**
 * A Parzen estimator of several parameters at once: a mixture of products of kernels. The weights, widths and the prior
 * are those of Optuna's TPESampler (version 5, multivariate).
 */
import type { Assignment } from '@trainyard/contracts';
import { placeFrom, type Random } from '../random.js';
import type { Parameter } from '../space/parameter.js';
import { kernelsOf } from './kernels.js';

export interface Estimator {
  sample(random: Random): Assignment;
  logDensity(assignment: Assignment): number;
}

/** @param observed settings that have all the parameters, oldest first */
export function parzenEstimator(parameters: readonly Parameter[], observed: readonly Assignment[]): Estimator {
  const kernels = parameters.map((parameter) => ({
    pointer: parameter.pointer,
    ...kernelsOf(
      parameter,
      observed.map((assignment) => assignment[parameter.pointer]),
    ),
  }));
  const weights = weightsOf(observed.length);
  return {
    sample(random) {
      const kernel = placeFrom(random, weights);
      return Object.fromEntries(kernels.map((each) => [each.pointer, each.sample(kernel, random)]));
    },
    logDensity(assignment) {
      const logs = weights.map((weight, kernel) =>
        kernels.reduce((sum, each) => sum + each.logDensity(kernel, assignment[each.pointer]), Math.log(weight)),
      );
      const most = Math.max(...logs);
      return most + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - most), 0));
    },
  };
}

/** All of the newest 25 count the same; before them the older ones count the less. What is known before counts as one. */
export function weightsOf(count: number): number[] {
  const full = 25;
  const old = Math.max(0, count - full);
  const ramp = Array.from({ length: old }, (_, k) =>
    old === 1 ? 1 / count : 1 / count + (k / (old - 1)) * (1 - 1 / count),
  );
  const weights = [...ramp, ...new Array<number>(count - old).fill(1), 1];
  const total = weights.reduce((sum, weight) => sum + weight);
  return weights.map((weight) => weight / total);
}
