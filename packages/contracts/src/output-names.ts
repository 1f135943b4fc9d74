/** What the outputs of a model for a data set are called. */

interface NamedOutputs {
  /** Of classes or labels; empty for a regression. */
  readonly classes: readonly string[];
  /** Names of the numbers of a regression; else null. */
  readonly targets: readonly string[] | null;
}

/** The classes, the labels or the targets, in the order of the outputs. */
export function outputNames({ classes, targets }: NamedOutputs): readonly string[] {
  return targets ?? classes;
}
