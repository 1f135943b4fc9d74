/** MNIST's four files: images and labels for training, and images and labels for the test. */
import { type DatasetOptions, SPLITS, type Split, TrainyardError } from '@trainyard/contracts';
import type { Archive, ArchiveEntry } from '../archive/archive.js';
import { baseName, printable } from '../archive/entry-names.js';
import type { PackedImage } from '../packed-image.js';
import type { Format, ImagePlace, ListedSample, Listing, ReadImage } from './format.js';
import { readIdxImages, readIdxImagesHead, readIdxLabels } from './idx-file.js';
import { TextLabels } from './labels/text-labels.js';
import { type PlacedImage, resizeRawImages } from './raw-images.js';
import { groupBySource, skipOthers } from './sources.js';

type Content = 'images' | 'labels';
type FilePair = Record<Content, ArchiveEntry>;

export const idx: Format = {
  description: 'train-images-idx3-ubyte and train-labels-idx1-ubyte, and the same for t10k; each may be a .gz',
  detect: (archive) => ['images', 'labels'].every((content) => archive.entries.some((e) => contentOf(e) === content)),
  list: listIdx,
  images: readImages,
};

async function listIdx(archive: Archive, { task }: DatasetOptions): Promise<Listing> {
  const pairs = findPairs(archive);
  const labels = new TextLabels();
  const samples: ListedSample[] = [];
  for (const [split, pair] of pairs) {
    for (const sample of await listPair(archive, split, pair, labels)) samples.push(sample);
  }
  const used = new Set(pairs.flatMap(([, { images, labels }]) => [images.path, labels.path]));
  const listing = { samples, skipped: skipOthers(archive, used, 'it is none of the IDX files') };
  return { ...labels.finish(listing, { task }), ...listing, isGrey: true };
}

/** The samples of one pair of files. */
async function listPair(
  archive: Archive,
  split: Split,
  { images, labels: file }: FilePair,
  labels: TextLabels,
): Promise<ListedSample[]> {
  const { count, width, height } = await readIdxImagesHead(archive, images);
  const values = await readIdxLabels(archive, file);
  if (values.length !== count) {
    const detail = `"${printable(images.path)}" holds ${count} images, but "${printable(file.path)}" holds ${values.length} labels.`;
    throw new TrainyardError('invalid_dataset', detail);
  }
  return Array.from(values, (value, index) => {
    return { source: images.path, index, label: labels.add(String(value)), split, width, height };
  });
}

/** In the order of the splits. Throws `invalid_dataset` where a file is there twice or without its partner. */
function findPairs(archive: Archive): [Split, FilePair][] {
  const found = new Map<Split, Partial<FilePair>>();
  for (const entry of archive.entries) {
    const content = contentOf(entry);
    if (!content) continue;
    const split = splitOf(entry);
    const pair = found.get(split) ?? {};
    if (pair[content]) {
      const names = `"${printable(pair[content].path)}" and "${printable(entry.path)}"`;
      throw new TrainyardError('invalid_dataset', `${names} are both ${split} ${content}. Keep one of them.`);
    }
    found.set(split, { ...pair, [content]: entry });
  }
  if (!found.has('train')) {
    throw new TrainyardError('invalid_dataset', `There are no files for training. Expected: ${idx.description}.`);
  }
  return SPLITS.flatMap((split) => {
    const pair = found.get(split);
    return pair ? [[split, complete(split, pair)]] : [];
  });
}

function complete(split: Split, { images, labels }: Partial<FilePair>): FilePair {
  if (images && labels) return { images, labels };
  const missing = images ? 'labels' : 'images';
  throw new TrainyardError('invalid_dataset', `The ${split} ${missing} are missing. Expected: ${idx.description}.`);
}

/** Which of the files an entry is, by its name; null for others. */
function contentOf(entry: ArchiveEntry): Content | null {
  const match = /(images|labels).*(idx|ubyte)/i.exec(baseName(entry.path));
  return match && !entry.isFolder ? (match[1].toLowerCase() === 'images' ? 'images' : 'labels') : null;
}

function splitOf(entry: ArchiveEntry): Split {
  const name = baseName(entry.path).toLowerCase();
  if (/t10k|test/.test(name)) return 'test';
  return /val/.test(name) ? 'validation' : 'train';
}

async function* readImages<S extends ImagePlace>(
  archive: Archive,
  samples: readonly S[],
  image: PackedImage,
): AsyncGenerator<ReadImage<S>> {
  for (const [entry, wanted] of groupBySource(archive, samples)) {
    yield* resizeRawImages(placed(readIdxImages(archive, entry)), wanted, image);
  }
}

async function* placed(images: AsyncIterable<Uint8Array>): AsyncGenerator<PlacedImage> {
  let index = 0;
  for await (const pixels of images) yield { index: index++, pixels, channels: 1 };
}
