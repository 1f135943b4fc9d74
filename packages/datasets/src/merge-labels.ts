/** Labels of images that are added to a data set, in terms of the classes of both. */
import { type DatasetManifest, type DatasetTask, type SampleLabel, TrainyardError } from '@trainyard/contracts';

export interface Labelling {
  task: DatasetTask;
  classes: readonly string[];
  /** Names of the numbers of a regression; else null. */
  targets: readonly string[] | null;
}

/** The classes of the parent keep their indices, and new ones come behind. Throws `invalid_dataset` for another task. */
export function mergeLabels(
  parent: DatasetManifest | null,
  added: Labelling,
  labels: readonly SampleLabel[],
): { classes: string[]; labels: SampleLabel[] } {
  if (!parent) return { classes: [...added.classes], labels: [...labels] };
  if (parent.task !== added.task) {
    throw invalid(`The labels that are added are for ${added.task}. Expected: for ${parent.task}, as in the data set.`);
  }
  if (added.task === 'regression') {
    const [expected, given] = [parent.targets ?? [], added.targets ?? []].map((names) => names.join(', '));
    if (expected === given) return { classes: [], labels: [...labels] };
    throw invalid(`The targets that are added are ${given}. Expected: ${expected}, as in the data set.`);
  }
  const classes = [...new Set([...parent.classes, ...added.classes])];
  const indices = new Map(classes.map((name, index) => [name, index]));
  const moved = added.classes.map((name) => indices.get(name) ?? 0);
  const move = (label: SampleLabel) =>
    typeof label === 'number' ? moved[label] : label.map((one) => moved[one]).sort((a, b) => a - b);
  return { classes, labels: labels.map(move) };
}

function invalid(detail: string): TrainyardError {
  return new TrainyardError('invalid_dataset', `${detail} Upload them as a data set of their own, or correct them.`);
}
