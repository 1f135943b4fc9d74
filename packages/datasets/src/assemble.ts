/** Makes a data set of a part that was read, and of those of the data set that it is added to. */
import type { DatasetManifest, DatasetOptions, DatasetPart, IngestedDataset } from '@trainyard/contracts';
import type { ObjectStore } from '@trainyard/storage';
import { checkClassCount, checkTrainClasses } from './check-classes.js';
import { countSamples } from './counts.js';
import { samplesKey, skippedKey } from './dataset-keys.js';
import { keepUnleaked } from './drop-leaks.js';
import { writeGallery } from './gallery/gallery.js';
import { assumedPixels, newClasses } from './health/warnings/assumptions.js';
import { findWarnings } from './health/warnings/warnings.js';
import { writeLines } from './json-lines.js';
import { writeManifest } from './manifest.js';
import { divideMembers, type Member, readMembers } from './members.js';
import { type Labelling, mergeLabels } from './merge-labels.js';
import type { PackedImage } from './packed-image.js';
import { PartImages } from './part-images.js';
import type { ReadPart } from './read-part.js';
import { targetStats } from './target-stats.js';

export interface AssembleRequest {
  store: ObjectStore;
  datasetId: string;
  options: DatasetOptions;
  /** That the part is added to. */
  parent: DatasetManifest | null;
  /** Null for another choice of the images of the parent. */
  read: ReadPart | null;
  /** Of the part, or else of the parent. */
  labelling: Labelling;
}

/** Throws `invalid_dataset` where the labels do not fit those of the parent, or leave nothing to train on. */
export async function assembleDataset(request: AssembleRequest): Promise<IngestedDataset> {
  const { store, options, parent, read, labelling } = request;
  const { task } = labelling;
  const { classes, labels } = mergeLabels(parent, labelling, read?.listed.map(({ label }) => label) ?? []);
  checkClassCount({ task, classes });
  const parts = [...(parent?.parts ?? []), ...(read ? [read.part] : [])];
  const old = parent ? await readMembers(store, parent) : [];
  const place = { part: parts.length - 1, task, old, options: options.split };
  const added = read ? divideMembers(read, labels, place) : [];
  const image = read?.image ?? imageOf(parent);
  const images = await PartImages.open(store, parts, image);
  try {
    return await describeDataset(request, { parts, classes, image, images, members: [...old, ...added] });
  } finally {
    await images.close();
  }
}

function imageOf(parent: DatasetManifest | null): PackedImage {
  if (!parent) throw new TypeError('A data set is made of a part, or of a parent.');
  return { ...parent.image, fit: parent.fit };
}

interface Assembled {
  parts: DatasetPart[];
  classes: string[];
  image: PackedImage;
  images: PartImages;
  members: Member[];
}

async function describeDataset(
  { store, datasetId, options, parent, read, labelling }: AssembleRequest,
  { parts, classes, image: packed, images, members: divided }: Assembled,
): Promise<IngestedDataset> {
  const { task } = labelling;
  const targets = labelling.targets && [...labelling.targets];
  checkTrainClasses(divided, { task, classes });
  const kept = await keepUnleaked(divided, (some) => images.describe(some), { task, leaks: options.leaks });
  const { members, images: described } = kept;
  const skipped = [...(read?.skipped ?? []), ...kept.skipped];

  const counts = countSamples(members, classes);
  const train = members.filter(({ split }) => split === 'train');
  const { fit, ...image } = packed;
  const table = members.map(({ part, row, label, split, given }) => ({ part, row, label, split, given }));
  const work = [
    kept.duplicates,
    images.stats(train),
    writeLines(store, samplesKey(datasetId), table),
    writeLines(store, skippedKey(datasetId), skipped),
    writeGallery(store, { datasetId, task, classes, targets: targets ?? [], images: described }),
  ] as const;
  // Where one fails, the others are not left writing behind the back of whoever clears up.
  await Promise.allSettled(work);
  const [duplicates, pixels, writtenSamples, writtenSkipped] = await Promise.all(work);
  const stats = targets ? { ...pixels, targets: targetStats(train.map(({ label }) => label)) } : pixels;
  const warnings = [
    ...findWarnings({ images: described, skipped, counts, image: packed, task, duplicates }),
    ...newClasses(parent, classes),
    ...assumedPixels(read?.part),
  ];
  const digest = await writeManifest(store, {
    version: 2,
    dataset_id: datasetId,
    parent_id: parent?.dataset_id ?? null,
    number: (parent?.number ?? 0) + 1,
    ...{ task, classes, targets, image, fit, stats, counts, parts },
    samples: writtenSamples,
    skipped: writtenSkipped,
  });
  return {
    format: parts[parts.length - 1].format,
    ...{ task, classes, targets, image, counts, stats, warnings, digest },
    parts: parts.map(({ part_id }) => part_id),
  };
}
