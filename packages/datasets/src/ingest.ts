/**
 * From an uploaded archive to a data set: list what is there, decode and pack it in one pass, divide it, look at it as a
 * whole, describe it.
 */
import {
  type DatasetFormat,
  type DatasetManifest,
  type DatasetOptions,
  type DatasetProgress,
  type IngestedDataset,
  TrainyardError,
} from '@trainyard/contracts';
import type { ObjectStore } from '@trainyard/storage';
import type { Archive } from './archive/archive.js';
import { openArchive } from './archive/open-archive.js';
import { assembleDataset } from './assemble.js';
import { checkClasses } from './check-classes.js';
import { datasetPrefix, skippedKey, unpackedKey } from './dataset-keys.js';
import { chooseFormat, FORMATS } from './formats/formats.js';
import { writeLines } from './json-lines.js';
import { readManifest } from './manifest.js';
import { ProgressReporter } from './progress.js';
import { readPart } from './read-part.js';
import { RefusedUpload, refusing } from './refused-upload.js';

export interface IngestRequest {
  datasetId: string;
  /** Of the uploaded archive. Null for a version of `parentId` without one, with what the options say. */
  sourceKey: string | null;
  /** The data set that the images are added to. */
  parentId?: string | null;
  format: 'auto' | DatasetFormat;
  options: DatasetOptions;
}

/**
 * Reads the archive and writes the manifest and the tensors of the default size. Throws `invalid_archive` or
 * `invalid_dataset`, and then leaves nothing in the store but the upload and, where that is why, the list of what could
 * not be used of it. The same upload and options always give the same bytes, so it may be repeated.
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
    if (error instanceof RefusedUpload) await writeLines(store, skippedKey(request.datasetId), error.skipped);
    throw error;
  }
}

async function ingestUpload(
  store: ObjectStore,
  request: IngestRequest,
  progress: ProgressReporter,
): Promise<IngestedDataset> {
  const parent = request.parentId ? await readManifest(store, request.parentId) : null;
  refuseOtherSize(parent, request.options);
  if (request.sourceKey === null) return reviseDataset(store, parent, request, progress);
  const unpackTo = unpackedKey(request.datasetId);
  // What an earlier attempt left may be of another upload.
  await store.remove(unpackTo);
  const archive = await openArchive(store, request.sourceKey, {
    unpackTo,
    onProgress: (done, total) => progress.unpacking(done, total),
  });
  try {
    return await ingestArchive(store, { archive, parent, request, sourceKey: request.sourceKey, progress });
  } finally {
    await archive.close();
  }
}

/** The images of the parent once more, with what the options say of them as a whole. */
async function reviseDataset(
  store: ObjectStore,
  parent: DatasetManifest | null,
  { datasetId, options }: IngestRequest,
  progress: ProgressReporter,
): Promise<IngestedDataset> {
  if (!parent) throw new TrainyardError('invalid_dataset', 'Without an upload there is nothing to make a data set of.');
  progress.checking(parent.samples.count);
  const dataset = await assembleDataset({ store, datasetId, options, parent, read: null, labelling: parent });
  progress.finish(dataset.counts.total);
  return dataset;
}

interface ArchiveJob {
  archive: Archive;
  sourceKey: string;
  parent: DatasetManifest | null;
  request: IngestRequest;
  progress: ProgressReporter;
}

async function ingestArchive(store: ObjectStore, job: ArchiveJob): Promise<IngestedDataset> {
  const { archive, sourceKey, parent, request, progress } = job;
  const { datasetId, options } = request;
  // What is added is for what the data set is for, unless it is said otherwise.
  const asked = parent ? { task: parent.task, ...options } : options;
  const name = await chooseFormat(archive, request.format, asked);
  const format = { name, reader: FORMATS[name] };
  const listing = await format.reader.list(archive, asked, (done, total) => progress.listing(done, total));
  listing.skipped = archive.skipped.concat(listing.skipped);
  refusing(listing.skipped, () => checkClasses(listing, listing.skipped));
  const image = parent ? { ...parent.image, fit: parent.fit } : undefined;
  const read = await readPart({
    ...{ store, partId: datasetId, sourceKey, archive, format, listing, options, image, progress },
  });
  progress.checking(read.samples.length);
  const dataset = await assembleDataset({ store, datasetId, options, parent, read, labelling: listing });
  progress.finish(read.samples.length);
  return dataset;
}

/** Images that are added are packed as the others are. */
function refuseOtherSize(parent: DatasetManifest | null, { image }: DatasetOptions): void {
  if (!parent || !image) return;
  const size: Record<string, unknown> = { ...parent.image, fit: parent.fit };
  const other = Object.entries(image).find(([field, value]) => value !== undefined && size[field] !== value);
  if (!other) return;
  const detail = `options.image.${other[0]} is ${other[1]}. Expected: ${size[other[0]]}, as in the data set, or nothing.`;
  throw new TrainyardError('invalid_dataset', detail);
}
