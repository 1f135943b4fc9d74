/** The files of an archive that hold many images each. */
import { type SkippedFile, TrainyardError } from '@trainyard/contracts';
import type { Archive, ArchiveEntry } from '../archive/archive.js';
import { printable } from '../archive/entry-names.js';
import type { ImagePlace } from './format.js';

/** The samples by the file that they lie in, both in the order of the samples. */
export function groupBySource<S extends ImagePlace>(archive: Archive, samples: readonly S[]): [ArchiveEntry, S[]][] {
  const groups = new Map<string, S[]>();
  for (const sample of samples) {
    const group = groups.get(sample.source);
    if (group) group.push(sample);
    else groups.set(sample.source, [sample]);
  }
  return [...groups].map(([source, group]) => [findEntry(archive, source), group]);
}

export function findEntry(archive: Archive, path: string): ArchiveEntry {
  const entry = archive.find(path);
  if (!entry) throw new TrainyardError('invalid_archive', `"${printable(path)}" is no longer in the archive.`);
  return entry;
}

/** The files of the archive that are none of `used`, for the list of what was skipped. */
export function skipOthers(archive: Archive, used: ReadonlySet<string>, reason: string): SkippedFile[] {
  return archive.entries
    .filter(({ path, isFolder }) => !isFolder && !used.has(path))
    .map(({ path }) => ({ file: printable(path), reason, code: 'unused_file' }));
}

/** How an image that has no file of its own is called in messages. */
export function nameOf({ source, index }: Pick<ImagePlace, 'source' | 'index'>): string {
  return index === undefined ? printable(source) : `${printable(source)}, item ${index + 1}`;
}

/** A listing holds an object for each image. */
const IMAGES_MAX = 5_000_000;

/** Throws `invalid_dataset` for more images than a listing can hold. */
export function checkImageCount(count: number): void {
  if (count <= IMAGES_MAX) return;
  const detail = `The files hold more than ${IMAGES_MAX} images. Upload fewer, in several data sets.`;
  throw new TrainyardError('invalid_dataset', detail);
}
