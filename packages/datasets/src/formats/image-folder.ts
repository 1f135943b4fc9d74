/** One folder of image files for each class, or `train/`, `val/` and `test/` above those. */
import type { Archive } from '../archive/archive.js';
import { isImageFile, readFolderLayout } from './folder-layout.js';
import type { Format, Listing } from './format.js';
import { readImageFiles, readImageHeads } from './image-files.js';

export const imageFolder: Format = {
  description: 'a folder of images for each class, or train/, val/ and test/ above such folders',
  detect: (archive) => archive.entries.some(isImageFile),
  list: async (archive) => listImageFolder(archive),
  heads: readImageHeads,
  images: readImageFiles,
};

function listImageFolder(archive: Archive): Listing {
  const { files, classes, skipped } = readFolderLayout(archive.entries);
  const classIndex = new Map(classes.map((name, index) => [name, index]));
  const samples = files.map(({ entry, className, split }) => ({
    source: entry.path,
    label: classIndex.get(className) ?? 0,
    split,
  }));
  return { task: 'multiclass', classes, targets: null, samples, skipped, isGrey: null };
}
