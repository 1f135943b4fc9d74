/**
 * Packed tensors: for each split one file of pixels, uint8 [images, channels, height, width], and one of labels, int32
 * little-endian. The same data set and size always give the same bytes, so callers that pack at once do no harm.
 */
import {
  type DatasetSample,
  type DatasetStats,
  type PackedIndex,
  type SkippedFile,
  SPLITS,
  type Split,
} from '@trainyard/contracts';
import type { ObjectStore } from '@trainyard/storage';
import { imagesKey, indexKey, labelsKey } from './dataset-keys.js';
import type { ReadImage } from './formats/format.js';
import { nameOf } from './formats/sources.js';
import { ObjectWriter } from './object-writer.js';
import type { PackedImage } from './packed-image.js';
import { PixelStats } from './stats.js';

export interface PackTarget {
  store: ObjectStore;
  /** Of the keys, with its closing slash. */
  prefix: string;
  image: PackedImage;
  classes: readonly string[];
}

export interface PackResult {
  /** What was packed, in order. */
  samples: DatasetSample[];
  /** Of the train split. */
  stats: DatasetStats;
  /** Images that could not be read. */
  failed: { sample: DatasetSample; file: SkippedFile }[];
}

/** Packs the images as they come. The index, which makes the tensors complete, is not written yet. */
export async function packImages(
  { store, prefix, image }: PackTarget,
  images: AsyncIterable<ReadImage<DatasetSample>>,
  onImage: () => void = () => {},
): Promise<PackResult & { splits: PackedIndex['splits'] }> {
  const writers: Record<Split, SplitWriter> = {
    train: new SplitWriter(store, prefix, 'train'),
    validation: new SplitWriter(store, prefix, 'validation'),
    test: new SplitWriter(store, prefix, 'test'),
  };
  const stats = new PixelStats(image.channels);
  const result: Omit<PackResult, 'stats'> = { samples: [], failed: [] };
  try {
    for await (const read of images) {
      onImage();
      const { sample } = read;
      if ('reason' in read) {
        result.failed.push({ sample, file: { file: nameOf(sample), reason: read.reason } });
        continue;
      }
      await writers[sample.split].append(read.pixels, sample.class);
      if (sample.split === 'train') stats.add(read.pixels);
      result.samples.push(sample);
    }
    return { ...result, stats: stats.result(), splits: await finishAll(writers) };
  } catch (error) {
    await Promise.all(SPLITS.map((split) => writers[split].abort()));
    throw error;
  }
}

/** Says that the tensors are complete. */
export async function writeIndex(
  { store, prefix, image, classes }: PackTarget,
  stats: DatasetStats,
  splits: PackedIndex['splits'],
): Promise<void> {
  const { fit, ...size } = image;
  const index: PackedIndex = { version: 1, image: size, fit, classes: [...classes], stats, splits };
  await store.write(indexKey(prefix), new TextEncoder().encode(JSON.stringify(index)));
}

class SplitWriter {
  readonly #store: ObjectStore;
  readonly #labelsKey: string;
  readonly #images: ObjectWriter;
  readonly #labels: number[] = [];

  constructor(store: ObjectStore, prefix: string, split: Split) {
    this.#store = store;
    this.#labelsKey = labelsKey(prefix, split);
    this.#images = new ObjectWriter(store, imagesKey(prefix, split));
  }

  async append(pixels: Uint8Array, label: number): Promise<void> {
    this.#labels.push(label);
    await this.#images.append(pixels);
  }

  async finish(): Promise<PackedIndex['splits'][Split]> {
    const bytes = new DataView(new ArrayBuffer(4 * this.#labels.length));
    this.#labels.forEach((label, index) => {
      bytes.setInt32(4 * index, label, true);
    });
    const images = await this.#images.finish();
    const labels = await this.#store.write(this.#labelsKey, new Uint8Array(bytes.buffer));
    return { count: this.#labels.length, images_sha256: images.sha256, labels_sha256: labels.sha256 };
  }

  abort(): Promise<void> {
    return this.#images.abort();
  }
}

async function finishAll(writers: Record<Split, SplitWriter>): Promise<PackedIndex['splits']> {
  const [train, validation, test] = await Promise.all(SPLITS.map((split) => writers[split].finish()));
  return { train, validation, test };
}
