/** Which output of a model each class, label or target of a data set is: they are matched by name. */
import type { DatasetTask } from '@trainyard/contracts';

export interface LabelledData {
  task: DatasetTask;
  /** Of classes or labels; empty for a regression. */
  classes: readonly string[];
  /** Names of the numbers of a regression; else null. */
  targets: readonly string[] | null;
}

/** `places` has the output of each class, label or target of the data, −1 for a class that the model does not have. */
export type MatchedOutputs = { places: number[] } | { mismatch: string };

const NAMES_SHOWN = 10;

/**
 * A class that no image is of need not be one of the model's; labels and targets have to be the same, in any order.
 *
 * @param isUsed whether there are images of a class, by its place in the data
 */
export function matchOutputs(
  model: LabelledData,
  data: LabelledData,
  isUsed: (place: number) => boolean,
): MatchedOutputs {
  if (model.task !== data.task) {
    return { mismatch: `The model is for ${NOUNS[model.task]}, and the data set has ${NOUNS[data.task]}.` };
  }
  const outputs = model.targets ?? model.classes;
  const names = data.targets ?? data.classes;
  const known = new Map(outputs.map((name, place) => [name, place]));
  const places = names.map((name) => known.get(name) ?? -1);
  const noun = PARTS[data.task];
  const strange = names.filter((_, place) => places[place] === -1 && (data.task !== 'multiclass' || isUsed(place)));
  if (strange.length > 0) {
    return {
      mismatch: `The data set has ${noun} that the model does not have: ${listed(strange)}. It has ${listed(outputs)}.`,
    };
  }
  const missing = data.task === 'multiclass' ? [] : outputs.filter((name) => !names.includes(name));
  if (missing.length > 0) {
    return { mismatch: `The data set does not say which images have these ${noun} of the model: ${listed(missing)}.` };
  }
  return { places };
}

const NOUNS: Readonly<Record<DatasetTask, string>> = {
  multiclass: 'one class for each image (multiclass)',
  multilabel: 'any number of labels for each image (multilabel)',
  regression: 'numbers for each image (regression)',
};

const PARTS: Readonly<Record<DatasetTask, string>> = {
  multiclass: 'classes',
  multilabel: 'labels',
  regression: 'targets',
};

function listed(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_SHOWN).map((name) => JSON.stringify(name));
  const left = names.length - shown.length;
  return `${shown.join(', ')}${left > 0 ? ` and ${left} more` : ''}`;
}
