/** The inputs and the loss of a batch whose rows are made of two images each. */
import type { Value } from '../graph/graph.js';
import { add } from '../ops/add.js';
import { mul } from '../ops/mul.js';
import { sub } from '../ops/sub.js';
import type { TensorSpec } from './tensor-spec.js';

/** Inputs of a training step whose rows have two labels each. */
export interface Mixture {
  /** As `labels`. */
  readonly otherLabels: TensorSpec;
  /** float32 [K?, N], from 0 to 1: the part that `labels` have. */
  readonly shares: TensorSpec;
}

export interface MixtureInputs {
  readonly otherLabels: Value;
  readonly shares: Value;
}

export const OTHER_LABELS = 'other_labels';
export const SHARES = 'label_shares';

export function declareMixture({ graph, dtype, shape }: Value, batchSize: number): MixtureInputs {
  return {
    otherLabels: graph.input(OTHER_LABELS, dtype, shape),
    shares: graph.input(SHARES, 'float32', [batchSize]),
  };
}

/**
 * λ · L(y₁) + (1 - λ) · L(y₂) (Zhang et al. 2018, section 2), which holds for losses of any kind; for a cross-entropy it is
 * the loss of mixed targets.
 *
 * @returns float32 [N]
 */
export function mixedLosses(own: Value, other: Value, shares: Value): Value {
  const rest = sub(shares.graph.scalar(1), shares);
  return add(mul(shares, own), mul(rest, other));
}
