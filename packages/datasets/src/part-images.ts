/** The packed images of the parts of a data set, and what is known of them, while the data set is put together. */
import { type DatasetPart, type DatasetStats, TrainyardError } from '@trainyard/contracts';
import type { ObjectStore } from '@trainyard/storage';
import { featuresKey } from './dataset-keys.js';
import { nameOf } from './formats/sources.js';
import type { DescribedImages } from './health/described-images.js';
import { FEATURE_BYTES } from './health/features.js';
import type { Member } from './members.js';
import { momentCount, StatsSum } from './moments.js';
import { type PackedImage, pixelBytes } from './packed-image.js';
import { type PackedPart, tryOpenPart } from './packed-part.js';
import { readRuns } from './read-runs.js';

export class PartImages {
  readonly #image: PackedImage;
  readonly #parts: readonly PackedPart[];
  readonly #features: readonly Uint8Array[];

  private constructor(image: PackedImage, parts: readonly PackedPart[], features: readonly Uint8Array[]) {
    this.#image = image;
    this.#parts = parts;
    this.#features = features;
  }

  /** Throws `invalid_dataset` where a part is not packed in this size. */
  static async open(store: ObjectStore, parts: readonly DatasetPart[], image: PackedImage): Promise<PartImages> {
    const opened: PackedPart[] = [];
    const features: Uint8Array[] = [];
    try {
      for (const { part_id } of parts) {
        const part = await tryOpenPart(store, part_id, image);
        if (!part)
          throw new TrainyardError('invalid_dataset', `The images of ${part_id} are not there. Upload them again.`);
        opened.push(part);
        features.push(await store.readBytes(featuresKey(part_id)));
      }
      return new PartImages(image, opened, features);
    } catch (error) {
      await Promise.all(opened.map((part) => part.close()));
      throw error;
    }
  }

  describe(members: readonly Member[]): DescribedImages {
    const size = pixelBytes(this.#image);
    const { fit: _, ...image } = this.#image;
    return {
      count: members.length,
      image,
      features: this.#featuresOf(members),
      contents: members.map((member) => member.image.content),
      splits: members.map(({ split }) => split),
      labels: members.map(({ label }) => label),
      name: (index) => nameOf(members[index].image),
      width: (index) => members[index].image.width,
      height: (index) => members[index].image.height,
      readPixels: async (indices, out) => {
        const wanted = Array.from(indices, (index) => members[index]);
        for (const { place, part, row, count, rows } of readRuns(wanted, size)) {
          const bytes = await this.#parts[part].readRows(row, rows);
          for (let at = place; at < place + count; at++) {
            const start = (wanted[at].row - row) * size;
            out.set(bytes.subarray(start, start + size), at * size);
          }
        }
      },
    };
  }

  async stats(members: readonly Member[]): Promise<DatasetStats> {
    const sum = new StatsSum(this.#image.channels, this.#image.width * this.#image.height);
    const moments = await Promise.all(this.#parts.map((part) => part.readMoments()));
    const size = momentCount(this.#image.channels);
    for (const { part, row } of members) sum.add(moments[part], row * size);
    return sum.result();
  }

  async close(): Promise<void> {
    await Promise.all(this.#parts.map((part) => part.close()));
  }

  /** Without a copy where the images are those of one part. */
  #featuresOf(members: readonly Member[]): Uint8Array {
    const [first] = this.#features;
    const isPart =
      first.length === members.length * FEATURE_BYTES &&
      members.every(({ part, row }, index) => part === 0 && row === index);
    if (isPart) return first;
    const features = new Uint8Array(members.length * FEATURE_BYTES);
    for (const [index, { part, row }] of members.entries()) {
      const start = row * FEATURE_BYTES;
      features.set(this.#features[part].subarray(start, start + FEATURE_BYTES), index * FEATURE_BYTES);
    }
    return features;
  }
}
