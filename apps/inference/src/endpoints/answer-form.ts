/** What the outputs of an endpoint's model are called, and from which probability on they count. */
import { type EndpointSettings, outputNames, type PredictionTask } from '@trainyard/contracts';
import type { ServedEndpoint } from '@trainyard/db';

const THRESHOLD = 0.5;

export interface AnswerForm {
  /** As they are shown, in the order of the outputs. */
  labels: readonly string[];
  /** In the same order: from where on an image has a label. */
  thresholds: readonly number[];
  /** Of a binary model with a threshold: the class that it is about. Else the more probable class is chosen. */
  thresholded: number | null;
}

const known = new WeakMap<ServedEndpoint, AnswerForm>();

/** Worked out once for each state of an endpoint. Every checkpoint of an endpoint has the same outputs. */
export function answerFormOf(served: ServedEndpoint): AnswerForm {
  const form = known.get(served) ?? toForm(outputNames(served.model.dataset), served.settings);
  known.set(served, form);
  return form;
}

/** @param names classes, labels or targets of the data set */
export function toForm(
  names: readonly string[],
  { labels, thresholds }: Pick<EndpointSettings, 'labels' | 'thresholds'>,
): AnswerForm {
  const shown = new Map(Object.entries(labels ?? {}));
  const byName = new Map(typeof thresholds === 'object' && thresholds !== null ? Object.entries(thresholds) : []);
  const general = typeof thresholds === 'number' ? thresholds : THRESHOLD;
  const named = names.findIndex((name) => byName.has(name));
  const second = typeof thresholds === 'number' ? 1 : null;
  return {
    labels: names.map((name) => shown.get(name) ?? name),
    thresholds: names.map((name) => byName.get(name) ?? general),
    thresholded: named === -1 ? second : named,
  };
}

/** The index of the class that an image has. Of two equal ones of several it is the first. */
export function chosenClass(row: Float32Array, task: PredictionTask, { thresholds, thresholded }: AnswerForm): number {
  if (task === 'binary' && thresholded !== null) {
    return row[thresholded] >= thresholds[thresholded] ? thresholded : 1 - thresholded;
  }
  let best = 0;
  for (let index = 1; index < row.length; index++) if (row[index] > row[best]) best = index;
  return best;
}

/** The indexes of the labels that an image has. */
export function chosenLabels(row: Float32Array, { thresholds }: AnswerForm): number[] {
  return [...row.keys()].filter((index) => row[index] >= thresholds[index]);
}
