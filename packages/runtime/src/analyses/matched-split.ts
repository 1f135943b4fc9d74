/** A split of a data set with its labels as the outputs of a model have them. */
import { matchOutputs } from '@trainyard/analysis';
import { type Split, type TaskDataset, TrainyardError } from '@trainyard/contracts';
import type { PackedDataset, PackedSplit } from '@trainyard/datasets';

/** Throws `invalid_dataset` where the classes, labels or targets do not fit the model. */
export function matchedSplit(model: TaskDataset, data: PackedDataset, name: Split): PackedSplit {
  const split = data.splits[name];
  const used = new Set(data.task === 'multiclass' ? split.labels : []);
  const matched = matchOutputs(model, data, (place) => used.has(place));
  if ('mismatch' in matched) throw new TrainyardError('invalid_dataset', matched.mismatch);
  const { places } = matched;
  const read = { count: split.count, readImages: split.readImages };
  if (data.task === 'multiclass') return { ...read, labels: Int32Array.from(split.labels, (label) => places[label]) };
  const width = places.length;
  const labels = new Float32Array(split.labels.length);
  for (let i = 0; i < labels.length; i++) labels[i - (i % width) + places[i % width]] = split.labels[i];
  return { ...read, labels };
}
