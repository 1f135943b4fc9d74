/** MNIST's four files: images and labels for training, and images and labels for the test. */
import { SPLITS, type Split, TrainyardError } from '@trainyard/contracts';
import type { Archive, ArchiveEntry } from '../archive/archive.js';
import { baseName, printable } from '../archive/entry-names.js';
import type { PackedImage } from '../packed-image.js';
import type { Format, ImagePlace, ListedSample, Listing, ReadImage } from './format.js';
import { readIdxImages, readIdxImagesHead, readIdxLabels } from './idx-file.js';
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

async function listIdx(archive: Archive): Promise<Listing> {
  const pairs = findPairs(archive);
  const parts: { samples: ListedSample[]; labels: Uint8Array }[] = [];
  for (const [split, pair] of pairs) parts.push(await listPair(archive, split, pair));
  const values = [...new Set(parts.flatMap(({ labels }) => [...new Set(labels)]))].sort((a, b) => a - b);
  const classOf = new Map(values.map((value, index) => [value, index]));
  const samples = parts.flatMap(({ samples }) => samples);
  for (const sample of samples) sample.label = classOf.get(Number(sample.label)) ?? 0;
  const used = new Set(pairs.flatMap(([, { images, labels }]) => [images.path, labels.path]));
  const skipped = skipOthers(archive, used, 'it is none of the IDX files');
  return { task: 'multiclass', classes: values.map(String), targets: null, samples, skipped, isGrey: true };
}

/** The samples of one pair of files; `label` is the value in the file at first. */
async function listPair(archive: Archive, split: Split, { images, labels }: FilePair) {
  const { count, width, height } = await readIdxImagesHead(archive, images);
  const values = await readIdxLabels(archive, labels);
  if (values.length !== count) {
    const detail = `"${printable(images.path)}" holds ${count} images, but "${printable(labels.path)}" holds ${values.length} labels.`;
    throw new TrainyardError('invalid_dataset', detail);
  }
  const samples = Array.from(values, (value, index) => ({
    source: images.path,
    index,
    label: value,
    split,
    width,
    height,
  }));
  return { samples, labels: values };
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
