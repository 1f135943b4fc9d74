/** Confidence intervals of shares and means, at 95 %. */
import type { Estimate } from '@trainyard/contracts';
import { meanOf } from './predictions.js';

export const CONFIDENCE = 0.95;
/** Φ⁻¹(0.975). */
const Z = 1.959963984540054;

/**
 * A share with Wilson's score interval (E. B. Wilson, JASA 22, 1927): it stays within [0, 1] and holds at shares near the
 * ends, where the usual mean ± z·s/√n does not. Of nothing: 0, anywhere between 0 and 1.
 */
export function wilson(right: number, count: number): Estimate {
  const interval = { confidence: CONFIDENCE, method: 'wilson' as const };
  if (count === 0) return { value: 0, low: 0, high: 1, ...interval };
  const share = right / count;
  const middle = (share + Z ** 2 / (2 * count)) / (1 + Z ** 2 / count);
  const reach = (Z / (1 + Z ** 2 / count)) * Math.sqrt((share * (1 - share)) / count + Z ** 2 / (4 * count ** 2));
  // At the ends rounding would leave it a little inside.
  const low = right === 0 ? 0 : Math.max(0, middle - reach);
  return { value: share, low, high: right === count ? 1 : Math.min(1, middle + reach), ...interval };
}

/** The mean of one share for each image, mean ± z·s/√n: labels of one image are not independent, images are. */
export function meanShare(shares: ArrayLike<number>): Estimate {
  const interval = { confidence: CONFIDENCE, method: 'normal' as const };
  const mean = meanOf(shares);
  if (shares.length < 2) return { value: mean, low: 0, high: 1, ...interval };
  let squares = 0;
  for (let i = 0; i < shares.length; i++) squares += (shares[i] - mean) ** 2;
  const reach = Z * Math.sqrt(squares / (shares.length - 1) / shares.length);
  return { value: mean, low: Math.max(0, mean - reach), high: Math.min(1, mean + reach), ...interval };
}
