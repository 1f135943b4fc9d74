/** NumPy's .npz, which is a zip file of arrays: images and labels, for each split where there are some. */
import { type DatasetOptions, type DatasetReading, type SkippedFile, TrainyardError } from '@trainyard/contracts';
import type { Archive } from '../../archive/archive.js';
import { printable } from '../../archive/entry-names.js';
import type { PackedImage } from '../../packed-image.js';
import type { Format, ImagePlace, ListedSample, Listing, OnProgress, ReadImage } from '../format.js';
import { PixelRange } from '../pixel-range.js';
import { resizeRawImages } from '../raw-images.js';
import { checkImageCount, groupBySource, skipOthers } from '../sources.js';
import { readNpyHead } from './npy-file.js';
import { type ArrayPair, findArrayPairs, hasArrayPair } from './npz-arrays.js';
import { measureRange, npyImageShape, readNpyImages } from './npz-images.js';
import { countNpyLabels, NpzLabels } from './npz-labels.js';

export const npz: Format = {
  description: 'arrays x and y, x_train, y_train, x_test, y_test, or train_images, train_labels, val_images ...',
  detect: (archive) => hasArrayPair(archive.entries),
  list: listArrays,
  images: readImages,
};

interface Listed {
  labels: NpzLabels;
  range: PixelRange;
  samples: ListedSample[];
  skipped: SkippedFile[];
  isGrey: boolean;
}

async function listArrays(archive: Archive, options: DatasetOptions, onProgress: OnProgress): Promise<Listing> {
  const pairs = findArrayPairs(archive.entries);
  const listed: Listed = { labels: new NpzLabels(), range: new PixelRange(), samples: [], skipped: [], isGrey: true };
  for (const [index, pair] of pairs.entries()) {
    await listPair(archive, pair, options, listed);
    onProgress(index + 1, pairs.length);
  }
  const used = new Set(pairs.flatMap(({ images, labels }) => [images.path, labels.path]));
  const found = listed.labels.finish(listed, options);
  return {
    ...found,
    samples: listed.samples,
    skipped: listed.skipped.concat(skipOthers(archive, used, 'it is neither an array of images nor one of labels')),
    isGrey: listed.isGrey,
    reading: listed.range.result(),
  };
}

async function listPair(
  archive: Archive,
  { images, labels, split }: ArrayPair,
  options: DatasetOptions,
  listed: Listed,
): Promise<void> {
  const head = await readNpyHead(archive, images);
  const { width, height, channels } = npyImageShape(images, head, options.image ?? {});
  const count = await countNpyLabels(archive, labels);
  if (count !== head.shape[0]) {
    const detail = `"${printable(images.path)}" holds ${head.shape[0]} images, but "${printable(labels.path)}" holds ${count} labels.`;
    throw new TrainyardError('invalid_dataset', detail);
  }
  checkImageCount(listed.samples.length + count);
  listed.isGrey &&= channels === 1;
  await measureRange(archive, images, head, listed.range);
  let index = 0;
  for await (const label of listed.labels.read(archive, labels)) {
    listed.samples.push({ source: images.path, index: index++, label, split, width, height });
  }
}

async function* readImages<S extends ImagePlace>(
  archive: Archive,
  samples: readonly S[],
  image: PackedImage,
  reading: DatasetReading = {},
): AsyncGenerator<ReadImage<S>> {
  for (const [entry, wanted] of groupBySource(archive, samples)) {
    const [{ width, height }] = wanted;
    yield* resizeRawImages(readNpyImages(archive, entry, { width, height }, reading), wanted, image);
  }
}
