/** What the compiler knows of one kind of loss, and the vocabulary that losses are written in. */
import type { Loss } from '@trainyard/contracts';
import type { Value } from '../graph/graph.js';
import type { Head } from '../model/head.js';

export type LossOf<T extends Loss['type']> = Extract<Loss, { readonly type: T }>;

export interface LossInput {
  /** [N, units], before the last activation. */
  readonly logits: Value;
  /** [N, units], after it. */
  readonly outputs: Value;
  /** [N, units], of the same type: see `targetsOf`. */
  readonly targets: Value;
  /** From 0 (none) to below 1. */
  readonly labelSmoothing: number;
  readonly head: Head;
}

/** Methods are used (not function properties) so that losses with different options fit in one record. */
export interface LossDefinition<L extends Loss = Loss> {
  readonly type: L['type'];
  /** One sentence for the documentation. */
  readonly summary: string;
  /** Whether it has label smoothing. */
  readonly smoothing: boolean;
  /** The heads that it fits, in words: "a … model that ends in …". */
  readonly expects: string;
  fits(head: Head): boolean;
  /** The loss of each row, [N], for a head that fits. */
  rows(input: LossInput, options: L): Value;
}
