/** MNIST's four files: images and labels for training, and images and labels for the test. */
import { availableParallelism } from 'node:os';
import { type SkippedFile, SPLITS, type Split, TrainyardError } from '@trainyard/contracts';
import type { Archive, ArchiveEntry } from '../archive/archive.js';
import { baseName, printable } from '../archive/entry-names.js';
import { resizeGrey, toPlanar } from '../decode.js';
import { orderedMap } from '../ordered-map.js';
import type { PackedImage } from '../packed-image.js';
import type { Format, ListedSample, Listing, ReadImage } from './format.js';
import { readIdxImages, readIdxImagesHead, readIdxLabels } from './idx-file.js';

const CONCURRENCY = 4 * availableParallelism();

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
  for (const sample of samples) sample.class = classOf.get(sample.class) ?? 0;
  return { classes: values.map(String), samples, skipped: findOthers(archive), isGrey: true };
}

/** The samples of one pair of files; `class` is the label's value at first. */
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
    class: value,
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

function findOthers(archive: Archive): SkippedFile[] {
  return archive.entries
    .filter((entry) => !entry.isFolder && !contentOf(entry))
    .map(({ path }) => ({ file: printable(path), reason: 'it is none of the IDX files' }));
}

async function* readImages<S extends ListedSample>(
  archive: Archive,
  samples: readonly S[],
  image: PackedImage,
): AsyncGenerator<ReadImage<S>> {
  const resize = async ({ sample, pixels }: { sample: S; pixels: Uint8Array }): Promise<ReadImage<S>> => {
    return { sample, pixels: toPlanar(await resizeGrey(pixels, sample, image), image.channels) };
  };
  for (const [entry, wanted] of groupBySource(archive, samples)) {
    const [{ width, height }] = wanted;
    const found = pick(readIdxImages(archive, entry), wanted);
    if (width === image.width && height === image.height) {
      for await (const { sample, pixels } of found) yield { sample, pixels: repeated(pixels, image.channels) };
    } else {
      const cost = () => width * height;
      yield* orderedMap(found, resize, { concurrency: CONCURRENCY, cost, budget: 64 * 1024 ** 2 });
    }
  }
}

function groupBySource<S extends ListedSample>(archive: Archive, samples: readonly S[]): [ArchiveEntry, S[]][] {
  const groups = new Map<string, S[]>();
  for (const sample of samples) {
    const group = groups.get(sample.source);
    if (group) group.push(sample);
    else groups.set(sample.source, [sample]);
  }
  return [...groups].map(([source, group]) => [findEntry(archive, source), group]);
}

function findEntry(archive: Archive, path: string): ArchiveEntry {
  const entry = archive.entries.find((candidate) => candidate.path === path);
  if (!entry) throw new TrainyardError('invalid_archive', `"${printable(path)}" is no longer in the archive.`);
  return entry;
}

/** The images that are wanted, which are in the order of the file. */
async function* pick<S extends ListedSample>(images: AsyncIterable<Uint8Array>, wanted: readonly S[]) {
  let next = 0;
  let index = 0;
  for await (const pixels of images) {
    const sample = wanted[next];
    if (sample?.index === index++) {
      next++;
      yield { sample, pixels };
    }
  }
}

/** One grey plane, once for each channel. */
function repeated(pixels: Uint8Array, channels: number): Uint8Array {
  if (channels === 1) return pixels;
  const planes = new Uint8Array(channels * pixels.length);
  for (let channel = 0; channel < channels; channel++) planes.set(pixels, channel * pixels.length);
  return planes;
}
