/** Where the images of a split lie, and their labels, in arrays of the size that they need: a split may have millions. */
import {
  checkDatasetSample,
  type DatasetManifest,
  type SampleLabel,
  SPLITS,
  type Split,
  TrainyardError,
} from '@trainyard/contracts';
import type { ObjectStore } from '@trainyard/storage';
import { samplesKey } from './dataset-keys.js';
import { readLines } from './json-lines.js';

export interface SplitRows {
  readonly count: number;
  /** Of each image its part, by place in the manifest, and its row there. */
  readonly parts: Uint16Array;
  readonly rows: Uint32Array;
  /** As `PackedSplit` has them. */
  readonly labels: Int32Array | Float32Array;
}

/** Throws `invalid_dataset` where the table of samples has other numbers of images than the manifest. */
export async function readSplitRows(
  store: ObjectStore,
  manifest: DatasetManifest,
): Promise<Readonly<Record<Split, SplitRows>>> {
  const splits = {
    train: allocate(manifest, 'train'),
    validation: allocate(manifest, 'validation'),
    test: allocate(manifest, 'test'),
  };
  const filled: Record<Split, number> = { train: 0, validation: 0, test: 0 };
  for await (const { split, part, row, label } of readLines(
    store,
    samplesKey(manifest.dataset_id),
    checkDatasetSample,
  )) {
    const place = filled[split]++;
    splits[split].parts[place] = part;
    splits[split].rows[place] = row;
    putLabel(splits[split].labels, place, label, manifest);
  }
  for (const split of SPLITS) refuseOther(split, filled[split], splits[split].count, manifest.dataset_id);
  return splits;
}

function allocate(manifest: DatasetManifest, split: Split): SplitRows {
  const count = manifest.counts[split].total;
  return {
    count,
    parts: new Uint16Array(count),
    rows: new Uint32Array(count),
    labels: manifest.task === 'multiclass' ? new Int32Array(count) : new Float32Array(count * widthOf(manifest)),
  };
}

/** Numbers for each image. */
function widthOf({ task, classes, targets }: DatasetManifest): number {
  if (targets) return targets.length;
  return task === 'multilabel' ? classes.length : 1;
}

/** What lies beyond an array is dropped; the counts are compared at the end. */
function putLabel(
  labels: Int32Array | Float32Array,
  place: number,
  label: SampleLabel,
  manifest: DatasetManifest,
): void {
  if (manifest.task === 'multiclass') {
    labels[place] = Number(label);
    return;
  }
  const first = place * widthOf(manifest);
  const numbers = typeof label === 'number' ? [label] : label;
  if (manifest.task === 'multilabel') for (const index of numbers) labels[first + index] = 1;
  else for (const [index, value] of numbers.entries()) labels[first + index] = value;
}

function refuseOther(split: Split, found: number, expected: number, datasetId: string): void {
  if (found === expected) return;
  const detail = `The ${split} split of ${datasetId} has ${found} images in its table and ${expected} in its manifest. Upload it again.`;
  throw new TrainyardError('invalid_dataset', detail);
}
