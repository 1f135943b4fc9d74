/**
 * The gallery of a data set, drawn once when it is read, since it never changes: a contact sheet, a histogram, and the
 * pixels of some images. Whoever shows them decodes nothing that a user sent.
 */
import { type GalleryIndex, type GallerySample, galleryKey } from '@trainyard/contracts';
import type { ObjectStore, WrittenObject } from '@trainyard/storage';
import { ObjectWriter } from '../object-writer.js';
import { pixelBytes } from '../packed-image.js';
import { drawClassHistogram } from './class-histogram.js';
import { drawClassSheet } from './class-sheet.js';
import { encodeSheet } from './encode-sheet.js';
import type { GalleryImages, GallerySource } from './gallery-source.js';
import { hashOrder, spread } from './hash-order.js';
import { drawValueHistogram } from './value-histogram.js';
import { drawValueSheet } from './value-sheet.js';

/** How many images can be looked at one by one, and how many bytes they may take. */
const IMAGES_MAX = 1000;
const BYTES_MAX = 64 * 1024 * 1024;
/** Images that are copied at once. */
const CHUNK = 16;

/** Writes `datasets/<id>/gallery/`; a gallery that was there before is replaced. The same data set gives the same bytes. */
export async function writeGallery(store: ObjectStore, source: GallerySource): Promise<void> {
  const { datasetId, task, classes, targets, images } = source;
  const order = hashOrder(images);
  const most = Math.max(1, Math.min(IMAGES_MAX, Math.floor(BYTES_MAX / pixelBytes(images.image))));
  const shown = spread(source, order, most);
  const work = [
    writePreview(store, source, order),
    writeHistogram(store, source),
    copyPixels(store, galleryKey(datasetId, 'images'), images, shown),
  ] as const;
  // Where one fails, the others are not left writing behind the back of whoever clears up.
  await Promise.allSettled(work);
  const [preview, histogram] = await Promise.all(work);
  const { width, height, channels } = images.image;
  const index: GalleryIndex = {
    version: 1,
    task,
    classes: [...classes],
    targets: [...targets],
    image: { width, height, channels },
    samples: describe(images, shown),
    preview,
    histogram,
  };
  await store.write(galleryKey(datasetId, 'index.json'), new TextEncoder().encode(JSON.stringify(index)));
}

async function writePreview(store: ObjectStore, source: GallerySource, order: Uint32Array): Promise<WrittenObject> {
  const sheet = await (source.task === 'regression' ? drawValueSheet(source) : drawClassSheet(source, order));
  return store.write(galleryKey(source.datasetId, 'preview.png'), await encodeSheet(sheet));
}

async function writeHistogram(store: ObjectStore, source: GallerySource): Promise<WrittenObject> {
  const chart = source.task === 'regression' ? drawValueHistogram(source) : drawClassHistogram(source);
  return store.write(galleryKey(source.datasetId, 'histogram.png'), await encodeSheet(chart));
}

async function copyPixels(store: ObjectStore, key: string, images: GalleryImages, shown: readonly number[]) {
  const writer = new ObjectWriter(store, key);
  const bytes = pixelBytes(images.image);
  const chunk = new Uint8Array(Math.min(CHUNK, shown.length) * bytes);
  try {
    for (let start = 0; start < shown.length; start += CHUNK) {
      const indices = shown.slice(start, start + CHUNK);
      const pixels = chunk.subarray(0, indices.length * bytes);
      await images.readPixels(indices, pixels);
      await writer.append(pixels);
    }
    await writer.finish();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

function describe(images: GalleryImages, shown: readonly number[]): GallerySample[] {
  const places = { train: 0, validation: 0, test: 0 };
  const samples: GallerySample[] = [];
  for (let index = 0; index < images.count && samples.length < shown.length; index++) {
    const split = images.splits[index];
    const place = places[split]++;
    if (shown[samples.length] !== index) continue;
    const label = images.labels[index];
    samples.push({
      index,
      place,
      file: images.name(index),
      split,
      label: typeof label === 'number' ? label : [...label],
      width: images.width(index),
      height: images.height(index),
    });
  }
  return samples;
}
