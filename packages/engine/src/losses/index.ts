/** Every kind of loss, by the name that trainings use. */
import type { Loss } from '@trainyard/contracts';
import type { Value } from '../graph/graph.js';
import type { Head } from '../model/head.js';
import { binaryCrossentropyLoss } from './binary-crossentropy.js';
import { categoricalCrossentropyLoss, sparseCategoricalCrossentropyLoss } from './categorical-crossentropy.js';
import { focalLoss } from './focal.js';
import { hingeLoss } from './hinge.js';
import { huberLoss } from './huber.js';
import type { LossDefinition, LossInput, LossOf } from './loss.js';
import { maeLoss } from './mae.js';
import { describeMismatch, namesOf } from './mismatch.js';
import { mseLoss } from './mse.js';

export const losses: { readonly [T in Loss['type']]: LossDefinition<LossOf<T>> } = {
  categorical_crossentropy: categoricalCrossentropyLoss,
  sparse_categorical_crossentropy: sparseCategoricalCrossentropyLoss,
  binary_crossentropy: binaryCrossentropyLoss,
  focal: focalLoss,
  mse: mseLoss,
  mae: maeLoss,
  huber: huberLoss,
  hinge: hingeLoss,
};

const ALL: readonly LossDefinition[] = Object.values<LossDefinition>(losses);

/** A loss with its options. */
export interface LossRule {
  /** The loss of each row, [N]. */
  rows(input: LossInput): Value;
  /** Why it does not fit a model's head, with the remedy; null where it fits. */
  mismatch(head: Head): string | null;
}

export function lossFor(loss: Loss): LossRule {
  const definition: LossDefinition = losses[loss.type];
  return {
    rows: (input) => definition.rows(input, loss),
    mismatch: (head) => (definition.fits(head) ? null : describeMismatch(definition, head, ALL)),
  };
}

/** Why a loss has no label smoothing to set, with the remedy; null where it has, or where there is none to apply. */
export function smoothingMismatch(loss: Loss, labelSmoothing: number): string | null {
  if (labelSmoothing === 0 || losses[loss.type].smoothing) return null;
  const others = namesOf(ALL, ({ smoothing }) => smoothing);
  return `"${loss.type}" has no label smoothing; expected 0, or one of the losses ${others}; received ${labelSmoothing}`;
}
