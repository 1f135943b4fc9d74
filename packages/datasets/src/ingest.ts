/** From an uploaded archive to a data set: list, check, choose the size, divide, decode, pack, describe. */
import type {
  DatasetFormat,
  DatasetManifest,
  DatasetOptions,
  DatasetProgress,
  DatasetSample,
  IngestedDataset,
} from '@trainyard/contracts';
import type { ObjectStore } from '@trainyard/storage';
import type { Archive } from './archive/archive.js';
import { openArchive } from './archive/open-archive.js';
import { checkClasses, checkTrainClasses, findUntrained } from './check-classes.js';
import { countSamples } from './counts.js';
import { datasetPrefix, manifestKey, tensorsPrefix, unpackedKey } from './dataset-keys.js';
import type { Listing } from './formats/format.js';
import { chooseFormat, FORMATS } from './formats/formats.js';
import { chooseImage } from './image-size.js';
import { type PackResult, packImages, writeIndex } from './pack.js';
import type { PackedImage } from './packed-image.js';
import { ProgressReporter } from './progress.js';
import { assignSplits } from './split.js';
import { findWarnings } from './warnings.js';

export interface IngestRequest {
  datasetId: string;
  /** Of the uploaded archive. */
  sourceKey: string;
  /** The data set that the images are added to. */
  parentId?: string | null;
  format: 'auto' | DatasetFormat;
  options: DatasetOptions;
}

/**
 * Reads the archive and writes the manifest and the tensors of the default size. Throws `invalid_archive` or
 * `invalid_dataset`, and then leaves nothing in the store but the upload. The same upload and options always give the
 * same bytes, so it may be repeated.
 */
export async function ingestDataset(
  store: ObjectStore,
  request: IngestRequest,
  report: (progress: DatasetProgress) => void = () => {},
): Promise<IngestedDataset> {
  try {
    return await ingestUpload(store, request, new ProgressReporter(report));
  } catch (error) {
    await store.removePrefix(datasetPrefix(request.datasetId));
    throw error;
  }
}

async function ingestUpload(
  store: ObjectStore,
  request: IngestRequest,
  progress: ProgressReporter,
): Promise<IngestedDataset> {
  const unpackTo = unpackedKey(request.datasetId);
  // What an earlier attempt left may be of another upload.
  await store.remove(unpackTo);
  const archive = await openArchive(store, request.sourceKey, { unpackTo });
  try {
    return await ingestArchive(store, archive, request, progress);
  } finally {
    await archive.close();
  }
}

async function ingestArchive(
  store: ObjectStore,
  archive: Archive,
  request: IngestRequest,
  progress: ProgressReporter,
): Promise<IngestedDataset> {
  const format = await chooseFormat(archive, request.format);
  const listing = await FORMATS[format].list(archive, request.options, (done, total) => progress.listing(done, total));
  listing.skipped = archive.skipped.concat(listing.skipped);
  checkClasses(listing);
  const image = chooseImage(listing, request.options.image);
  const { samples, stats } = await packListing({ store, archive, request, format, listing, image, progress });

  const { classes, skipped, reading } = listing;
  const { fit, ...size } = image;
  const described = { format, task: 'multiclass', classes, image: size, stats } as const;
  const digest = await writeManifest(store, {
    ...described,
    version: 1,
    dataset_id: request.datasetId,
    source_key: request.sourceKey,
    fit,
    ...(reading && { reading }),
    samples,
    skipped,
  });
  progress.finish(samples.length);
  const counts = countSamples(samples, classes);
  const warnings = findWarnings({ samples, skipped, image, counts });
  return { ...described, targets: null, counts, warnings, digest, parts: [request.datasetId] };
}

interface PackJob {
  store: ObjectStore;
  archive: Archive;
  request: IngestRequest;
  format: DatasetFormat;
  listing: Listing;
  image: PackedImage;
  progress: ProgressReporter;
}

/**
 * Divides and packs the images of the listing. Those that turn out to be damaged leave the listing; where a class so
 * loses its last train image, what is left is divided anew.
 */
async function packListing(job: PackJob): Promise<PackResult> {
  const { store, archive, request, format, listing, image, progress } = job;
  const { classes } = listing;
  const target = { store, prefix: tensorsPrefix(request.datasetId, image), image, classes };
  for (;;) {
    const divided = assignSplits(listing.samples, classes.length, request.options.split);
    checkTrainClasses(divided, classes);
    let done = 0;
    const packed = await packImages(target, FORMATS[format].images(archive, divided, image, listing.reading), () =>
      progress.packing(++done, divided.length),
    );
    dropFailed(listing, packed, divided);
    checkClasses(listing);
    if (findUntrained(packed.samples, classes.length) === null) {
      await writeIndex(target, packed.stats, packed.splits);
      return packed;
    }
  }
}

function dropFailed(listing: Listing, { failed }: PackResult, divided: readonly DatasetSample[]): void {
  if (failed.length === 0) return;
  listing.skipped = listing.skipped.concat(failed.map(({ file }) => file));
  const gone = new Set(failed.map(({ sample }) => sample));
  listing.samples = listing.samples.filter((_, index) => !gone.has(divided[index]));
}

/** Answers its digest. */
async function writeManifest(store: ObjectStore, manifest: DatasetManifest): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(manifest));
  return (await store.write(manifestKey(manifest.dataset_id), bytes)).sha256;
}
