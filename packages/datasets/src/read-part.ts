/** Reads an upload into a part: its images decoded and packed in one pass, each told apart and described on the way. */
import {
  type DatasetFormat,
  type DatasetOptions,
  type DatasetPart,
  MAX_SKIPPED,
  type PartSample,
  SKIP_KINDS,
  type SkippedFile,
  TrainyardError,
} from '@trainyard/contracts';
import type { ObjectStore } from '@trainyard/storage';
import type { Archive } from './archive/archive.js';
import { checkClasses } from './check-classes.js';
import { featuresKey, partSamplesKey, tensorsPrefix } from './dataset-keys.js';
import type { Format, ListedSample, Listing } from './formats/format.js';
import { describeImage, FEATURE_BYTES } from './health/features.js';
import { ImageSizes } from './image-size.js';
import { writeLines } from './json-lines.js';
import { ObjectWriter } from './object-writer.js';
import { type PackObserver, packImages } from './pack.js';
import type { PackedImage } from './packed-image.js';
import type { ProgressReporter } from './progress.js';
import { refusing } from './refused-upload.js';

export interface ReadRequest {
  store: ObjectStore;
  partId: string;
  sourceKey: string;
  archive: Archive;
  format: { name: DatasetFormat; reader: Format };
  listing: Listing;
  options: DatasetOptions;
  /** That of the data set to which the images are added. */
  image?: PackedImage | undefined;
  progress: ProgressReporter;
}

export interface ReadPart {
  part: DatasetPart;
  image: PackedImage;
  /** What could be read, in the order in which it is packed, and how it was listed. */
  samples: PartSample[];
  listed: ListedSample[];
  skipped: SkippedFile[];
}

/** Heads of images that are looked at before all are read. */
const HEADS_MAX = 256;

/** Throws `invalid_dataset` where a class is left without images, or fewer can be read than `options.max_skipped` allows. */
export async function readPart(request: ReadRequest): Promise<ReadPart> {
  const { store, partId, sourceKey, format, listing, options } = request;
  const read = await packAtChosenSize(request);
  const skipped = listing.skipped.concat(read.skipped);
  refusing(skipped, () => {
    checkClasses({ ...listing, samples: read.listed }, skipped);
    refuseManySkipped(read.samples.length, skipped, options.max_skipped ?? MAX_SKIPPED);
  });
  const samples = await writeLines(store, partSamplesKey(partId), read.samples);
  const part: DatasetPart = {
    version: 2,
    part_id: partId,
    source_key: sourceKey,
    format: format.name,
    ...(listing.reading && { reading: listing.reading }),
    samples,
  };
  return { ...read, part, skipped };
}

type Packed = Omit<ReadPart, 'part'>;

/**
 * The size follows from all images, which are known only once they are read. So they are packed in the size that some of
 * them suggest, and again where the others show that it is another.
 */
async function packAtChosenSize(request: ReadRequest): Promise<Packed> {
  const { store, partId } = request;
  let image = request.image ?? (await guessImage(request));
  for (;;) {
    const { packed, sizes } = await packAll(request, image);
    const chosen = packed ? (request.image ?? sizes.choose(request.options.image)) : { ...image, channels: 3 as const };
    if (packed && isSame(chosen, image)) return packed;
    await store.removePrefix(tensorsPrefix(partId, image));
    image = chosen;
  }
}

async function guessImage({ archive, format, listing, options }: ReadRequest): Promise<PackedImage> {
  const sizes = new ImageSizes();
  const { samples, isGrey, reading } = listing;
  if (isGrey !== null) {
    for (const { width, height } of samples) if (width && height) sizes.add({ width, height }, isGrey);
    return sizes.choose(options.image);
  }
  const { width, height, channels } = options.image ?? {};
  if (width && height && channels) return sizes.choose(options.image);
  let heads = 0;
  for await (const head of format.reader.heads?.(archive, samples, reading) ?? []) {
    sizes.add(head, head.isGrey);
    if (++heads === HEADS_MAX) break;
  }
  return sizes.choose(options.image);
}

/** `packed` is null where an image in colour shows that grey was the wrong guess. */
async function packAll(
  { store, partId, archive, format, listing, options, progress, ...request }: ReadRequest,
  image: PackedImage,
): Promise<{ packed: Packed | null; sizes: ImageSizes }> {
  const sizes = new ImageSizes();
  const packed: Packed = { image, samples: [], listed: [], skipped: [] };
  const features = new ObjectWriter(store, featuresKey(partId));
  const described = new Uint8Array(FEATURE_BYTES);
  const mustBeGrey = image.channels === 1 && options.image?.channels === undefined && request.image === undefined;
  const total = listing.samples.length;
  let done = 0;
  const images = format.reader.images(archive, listing.samples, image, listing.reading);
  const observer: PackObserver<ListedSample> = {
    async packed(sample, { pixels, width, height, isGrey, content }) {
      progress.decoding(++done, total);
      sizes.add({ width, height }, isGrey);
      if (mustBeGrey && !isGrey) return false;
      const { source, index } = sample;
      packed.samples.push({ source, ...(index !== undefined && { index }), width, height, content });
      packed.listed.push(sample);
      describeImage(pixels, image, described);
      await features.append(described);
      return true;
    },
    failed(_, file) {
      progress.decoding(++done, total);
      packed.skipped.push(file);
    },
  };
  try {
    const count = await packImages({ store, partId, image }, images, observer);
    if (count === null) await features.abort();
    else await features.finish();
    return { packed: count === null ? null : packed, sizes };
  } catch (error) {
    await features.abort();
    throw error;
  }
}

function isSame(a: PackedImage, b: PackedImage): boolean {
  return a.width === b.width && a.height === b.height && a.channels === b.channels && a.fit === b.fit;
}

function refuseManySkipped(read: number, skipped: readonly SkippedFile[], share: number): void {
  const lost = skipped.filter(({ code }) => code && SKIP_KINDS[code].isImage);
  if (lost.length <= share * (read + lost.length)) return;
  const [{ file, reason }] = lost;
  const detail = `${lost.length} of ${read + lost.length} images cannot be used, which is more than options.max_skipped (${share}) allows. The first is ${file}: ${reason} GET /v1/datasets/{id}/skipped lists them all: correct them, or allow more.`;
  throw new TrainyardError('invalid_dataset', detail);
}
