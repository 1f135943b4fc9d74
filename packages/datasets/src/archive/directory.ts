/** The entries of an archive as they are found in it: counted, checked against the limits, and sorted. */
import { type SkippedFile, TrainyardError } from '@trainyard/contracts';
import type { ArchiveEntry, ArchiveLimits } from './archive.js';
import { isSystemEntry, printable } from './entry-names.js';
import { checkUnpackedSize } from './unpacked-size.js';

export interface Directory<E extends ArchiveEntry> {
  /** By path. */
  entries: E[];
  skipped: SkippedFile[];
}

export class DirectoryBuilder<E extends ArchiveEntry> {
  readonly #archiveBytes: number;
  readonly #limits: ArchiveLimits;
  readonly #entries = new Map<string, E>();
  readonly #skipped: SkippedFile[] = [];
  #count = 0;
  #bytes = 0;
  #pathsLength = 0;

  constructor(archiveBytes: number, limits: ArchiveLimits) {
    this.#archiveBytes = archiveBytes;
    this.#limits = limits;
  }

  /**
   * Takes an entry, or lists it with the reason why it cannot be used. Throws `invalid_archive` where the archive
   * has too much in it, or two files of one name: which of them is meant cannot be told.
   */
  add(entry: E, reasonToSkip: string | null): void {
    this.#count += 1;
    this.#bytes += entry.bytes;
    this.#pathsLength += entry.path.length;
    this.#checkLimits(entry.path);
    if (isSystemEntry(entry.path)) return;
    if (reasonToSkip !== null) {
      const file = printable(entry.path);
      if (!entry.isFolder) this.#skipped.push({ file, reason: reasonToSkip, code: 'unusable_entry' });
      return;
    }
    const other = this.#entries.get(entry.path);
    if (other && !(other.isFolder && entry.isFolder)) throw duplicate(entry.path);
    this.#entries.set(entry.path, entry);
  }

  finish(): Directory<E> {
    const entries = [...this.#entries.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
    return { entries, skipped: this.#skipped };
  }

  #checkLimits(path: string): void {
    const { entries, pathLength, pathsLength } = this.#limits;
    if (this.#count > entries) throw refused(`The archive has more than ${entries} entries.`);
    if (path.length > pathLength) {
      const start = printable(path).slice(0, 100);
      throw refused(`The name that begins "${start}" is longer than ${pathLength} characters. Shorten it.`);
    }
    if (this.#pathsLength > pathsLength) {
      throw refused(`The names in the archive have more than ${pathsLength} characters together. Shorten them.`);
    }
    checkUnpackedSize(this.#bytes, this.#archiveBytes, this.#limits);
  }
}

function duplicate(path: string): TrainyardError {
  return refused(
    `"${printable(path)}" is in the archive twice. Keep one of them, or rename one, and make the archive again.`,
  );
}

function refused(detail: string): TrainyardError {
  return new TrainyardError('invalid_archive', detail);
}
