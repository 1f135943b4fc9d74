/** An uploaded archive as this package sees it: a list of entries whose bytes can be read, and never a folder on disk. */
import type { SkippedFile } from '@trainyard/contracts';
import type { RandomAccess } from '@trainyard/storage';

export interface ArchiveEntry {
  /** Relative, '/' between its parts, in Unicode NFC. A name only: nothing is ever written under it. */
  readonly path: string;
  readonly isFolder: boolean;
  /** Size when unpacked. */
  readonly bytes: number;
  /** Where it lies in the archive: read in the order of their positions, entries are read fastest. */
  readonly position: number;
}

export interface Archive {
  /** In the order of their paths, each path once, without what operating systems leave behind. */
  readonly entries: readonly ArchiveEntry[];
  /** Entries that are listed in the archive but cannot be used, such as links. */
  readonly skipped: readonly SkippedFile[];
  /** The entry of a path; undefined where there is none. */
  find(path: string): ArchiveEntry | undefined;
  /** The whole entry. Throws `invalid_archive` where it is damaged or larger than `maxBytes`. */
  read(entry: ArchiveEntry, maxBytes: number): Promise<Uint8Array>;
  /** The entry piece by piece, in constant memory. Throws `invalid_archive` as soon as it is seen to be damaged. */
  stream(entry: ArchiveEntry): AsyncIterable<Uint8Array>;
  /** The entry, to be read at any place until the archive is closed; null where it is compressed and cannot be. */
  randomAccess(entry: ArchiveEntry): Promise<RandomAccess | null>;
  close(): Promise<void>;
}

export interface ArchiveLimits {
  readonly entries: number;
  /** Of all entries together, unpacked. */
  readonly totalBytes: number;
  /** How many times its own size an archive may unpack to; one that unpacks to less than `ratioFromBytes` is let be. */
  readonly ratio: number;
  readonly ratioFromBytes: number;
  /** Of one path, and of all together, in characters: all are in memory at once. */
  readonly pathLength: number;
  readonly pathsLength: number;
}

/** Images that are compressed already hardly shrink; 200 is beyond what plain bitmaps and label files reach. */
export const ARCHIVE_LIMITS: ArchiveLimits = {
  entries: 2_000_000,
  totalBytes: 64 * 1024 ** 3,
  ratio: 200,
  ratioFromBytes: 1024 ** 3,
  pathLength: 4096,
  pathsLength: 256 * 1024 ** 2,
};
