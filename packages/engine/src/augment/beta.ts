/** Numbers of a symmetric Beta distribution, each a function of its stream. */
import { type StreamKey, uniformAt } from '../random/counter.js';

/** Draws that one attempt, and what comes before it, may use. */
const ATTEMPT_DRAWS = 3;
const GAMMA_DRAWS = 1024;

/** Beta(alpha, alpha), from 0 to 1, as X / (X + Y) of two Gamma(alpha); logarithms keep a small alpha from 0 / 0. */
export function betaAt(key: StreamKey, alpha: number): number {
  return 1 / (1 + Math.exp(logGamma(key, GAMMA_DRAWS, alpha) - logGamma(key, 0, alpha)));
}

/**
 * The logarithm of a Gamma(alpha): Marsaglia and Tsang 2000 (ACM TOMS 26(3)) for alpha + 1, whose number times U^(1 / alpha)
 * is one for alpha.
 */
function logGamma(key: StreamKey, first: number, alpha: number): number {
  const d = alpha + 1 - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (let at = first + 1; ; at += ATTEMPT_DRAWS) {
    const normal = Math.sqrt(-2 * Math.log(uniformAt(key, at))) * Math.cos(2 * Math.PI * uniformAt(key, at + 1));
    const cube = (1 + c * normal) ** 3;
    if (cube <= 0) continue;
    const accepts = Math.log(uniformAt(key, at + 2)) < (normal * normal) / 2 + d - d * cube + d * Math.log(cube);
    if (accepts) return Math.log(d * cube) + Math.log(uniformAt(key, first)) / alpha;
  }
}
