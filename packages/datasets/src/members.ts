/** The images of a data set: for each, what the table of the data set holds, and what that of its part does. */
import type {
  DatasetManifest,
  DatasetSample,
  DatasetTask,
  PartSample,
  SampleLabel,
  SplitOptions,
} from '@trainyard/contracts';
import type { ObjectStore } from '@trainyard/storage';
import { divideImages, strataByLabel } from './divide.js';
import { readDatasetSamples, readPartSamples } from './manifest.js';
import type { ReadPart } from './read-part.js';

export interface Member extends DatasetSample {
  image: PartSample;
}

/** In the order of the data set. */
export async function readMembers(store: ObjectStore, { dataset_id, parts }: DatasetManifest): Promise<Member[]> {
  const images = await Promise.all(parts.map(({ part_id }) => readPartSamples(store, part_id)));
  const samples = await readDatasetSamples(store, dataset_id);
  return samples.map((sample) => ({ ...sample, image: images[sample.part][sample.row] }));
}

/** The images of a part, which is number `part` of the data set, divided so that those of `old` stay where they are. */
export function divideMembers(
  { samples, listed }: Pick<ReadPart, 'samples' | 'listed'>,
  labels: readonly SampleLabel[],
  {
    part,
    task,
    old,
    options,
  }: { part: number; task: DatasetTask; old: readonly Member[]; options?: SplitOptions | undefined },
): Member[] {
  const strata = strataByLabel([...old.map(({ label }) => label), ...labels], task);
  const before = old.map(({ image, split, given }, index) => ({
    stratum: strata[index],
    content: image.content,
    split,
    given,
  }));
  const images = samples.map(({ content }, row) => ({
    stratum: strata[old.length + row],
    content,
    split: listed[row].split,
  }));
  return divideImages(images, options, before).map(({ split, given }, row) => ({
    part,
    row,
    label: labels[row],
    split,
    given,
    image: samples[row],
  }));
}
