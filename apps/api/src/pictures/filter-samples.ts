/** Which samples of a gallery were asked for, and what they show. */
import {
  type GalleryIndex,
  type GallerySample,
  type ShownSample,
  type Split,
  TrainyardError,
} from '@trainyard/contracts';

const NAMES_SHOWN = 50;

export interface SampleFilter {
  split?: Split;
  class?: string;
}

/** Throws `invalid_request` for a class that the data set does not have. */
export function filterSamples(
  { classes, samples, task }: GalleryIndex,
  { split, class: name }: SampleFilter,
): GallerySample[] {
  if (name === undefined) return samples.filter((sample) => split === undefined || sample.split === split);
  if (task === 'regression') throw unknownClass('A regression has no classes. Leave `class` out.');
  const label = classes.indexOf(name);
  if (label === -1) throw unknownClass(`There is no class ${JSON.stringify(name)}. Expected ${listed(classes)}.`);
  return samples.filter(
    (sample) => (split === undefined || sample.split === split) && labelsOf(sample).includes(label),
  );
}

/** A class, several, or a number for each target, by their names. */
export function namedLabel(
  { task, classes, targets }: GalleryIndex,
  sample: GallerySample,
): Pick<ShownSample, 'label' | 'labels' | 'values'> {
  const labels = labelsOf(sample);
  if (task === 'multiclass') return { label: classes[labels[0]] };
  if (task === 'multilabel') return { labels: labels.map((label) => classes[label]) };
  return { values: Object.fromEntries(targets.map((target, place) => [target, labels[place]])) };
}

function labelsOf({ label }: GallerySample): readonly number[] {
  return typeof label === 'number' ? [label] : label;
}

function listed(classes: readonly string[]): string {
  const named = classes.slice(0, NAMES_SHOWN).map((name) => JSON.stringify(name));
  const left = classes.length - named.length;
  return `one of ${named.join(', ')}${left > 0 ? ` and ${left} more` : ''}`;
}

function unknownClass(detail: string): TrainyardError {
  return new TrainyardError('invalid_request', detail, { errors: [{ pointer: '/class', detail }] });
}
