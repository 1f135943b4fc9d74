/** One folder of image files for each class, or `train/`, `val/` and `test/` above those. */
import type { DatasetOptions } from '@trainyard/contracts';
import type { Archive } from '../archive/archive.js';
import { printable } from '../archive/entry-names.js';
import { isImageFile, readFolderLayout } from './folder-layout.js';
import type { Format, Listing, OnProgress } from './format.js';
import { readImageFiles, readImageHeads } from './image-files.js';

export const imageFolder: Format = {
  description: 'a folder of images for each class, or train/, val/ and test/ above such folders',
  detect: (archive) => archive.entries.some(isImageFile),
  list: listImageFolder,
  images: readImageFiles,
};

async function listImageFolder(archive: Archive, _: DatasetOptions, onProgress: OnProgress): Promise<Listing> {
  const { files, classes, skipped } = readFolderLayout(archive.entries);
  const classIndex = new Map(classes.map((name, index) => [name, index]));
  const listing: Listing = { classes, samples: [], skipped, isGrey: true };
  let done = 0;
  for await (const { file, head, reason } of readImageHeads(archive, files)) {
    onProgress(++done, files.length);
    if (!head) {
      skipped.push({ file: printable(file.entry.path), reason });
      continue;
    }
    listing.isGrey &&= head.isGrey;
    listing.samples.push({
      source: file.entry.path,
      class: classIndex.get(file.className) ?? 0,
      split: file.split,
      width: head.width,
      height: head.height,
    });
  }
  return listing;
}
