/** One folder of image files for each class, or `train/`, `val/` and `test/` above those. */
import type { DatasetOptions, DatasetTask, SkippedFile } from '@trainyard/contracts';
import type { Archive } from '../archive/archive.js';
import { type ClassifiedFile, isImageFile, readFolderLayout } from './folder-layout.js';
import type { Format, Listing } from './format.js';
import { readImageFiles, readImageHeads } from './image-files.js';
import { TextLabels } from './labels/text-labels.js';

export const imageFolder: Format = {
  description: 'a folder of images for each class, or train/, val/ and test/ above such folders',
  detect: (archive) => archive.entries.some(isImageFile),
  list: async (archive, options) => listImageFolder(archive, options),
  heads: readImageHeads,
  images: readImageFiles,
};

function listImageFolder(archive: Archive, { task = 'multiclass' }: DatasetOptions): Listing {
  const { files, classes, skipped } = readFolderLayout(archive.entries);
  if (task !== 'multiclass') return listOther(files, skipped, task);
  const classIndex = new Map(classes.map((name, index) => [name, index]));
  const samples = files.map(({ entry, className, split }) => ({
    source: entry.path,
    label: classIndex.get(className) ?? 0,
    split,
  }));
  return { task: 'multiclass', classes, targets: null, samples, skipped, isGrey: null };
}

/** Names of folders as numbers, or as the one label that each image has. Throws `invalid_dataset`. */
function listOther(files: readonly ClassifiedFile[], skipped: SkippedFile[], task: DatasetTask): Listing {
  const labels = new TextLabels();
  const samples = files.map(({ entry, className, split }) => ({
    source: entry.path,
    label: labels.add(className),
    split,
  }));
  const listing = { samples, skipped };
  return { ...labels.finish(listing, { task }), ...listing, isGrey: null };
}
