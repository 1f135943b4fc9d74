/** Tar files, in which entries lie one after another as they are, so each can be read at its place. */
import { type SkippedFile, TrainyardError } from '@trainyard/contracts';
import type { RandomAccess } from '@trainyard/storage';
import type { Archive, ArchiveEntry, ArchiveLimits } from './archive.js';
import type { Directory } from './directory.js';
import { printable } from './entry-names.js';
import { ObjectSlice } from './object-slice.js';
import { ReadAhead } from './read-ahead.js';
import { readPieces } from './read-window.js';
import { readTarDirectory, type TarEntry } from './tar-directory.js';

/** Takes over `object` and closes it, also when it throws `invalid_archive`. */
export async function openTar(object: RandomAccess, limits: ArchiveLimits): Promise<Archive> {
  try {
    return new TarArchive(object, await readTarDirectory(object, limits));
  } catch (error) {
    await object.close();
    throw error;
  }
}

class TarArchive implements Archive {
  readonly entries: readonly ArchiveEntry[];
  readonly skipped: readonly SkippedFile[];
  readonly #object: RandomAccess;
  readonly #ahead: ReadAhead;
  readonly #byPath: ReadonlyMap<string, TarEntry>;

  constructor(object: RandomAccess, directory: Directory<TarEntry>) {
    this.entries = directory.entries;
    this.skipped = directory.skipped;
    this.#object = object;
    this.#ahead = new ReadAhead(object);
    this.#byPath = new Map(directory.entries.map((entry) => [entry.path, entry]));
  }

  find(path: string): ArchiveEntry | undefined {
    return this.#byPath.get(path);
  }

  async read({ path }: ArchiveEntry, maxBytes: number): Promise<Uint8Array> {
    const { position, bytes } = this.#entry(path);
    if (bytes > maxBytes) throw unusable(path, `is larger than ${maxBytes} bytes`);
    const read = await this.#ahead.read(position, bytes);
    if (read.byteLength !== bytes) throw unusable(path, 'is cut short');
    return read;
  }

  async *stream({ path }: ArchiveEntry): AsyncIterable<Uint8Array> {
    const { position, bytes } = this.#entry(path);
    yield* readPieces(this.#object, position, position + bytes);
  }

  async randomAccess({ path }: ArchiveEntry): Promise<RandomAccess> {
    const { position, bytes } = this.#entry(path);
    return new ObjectSlice(this.#object, position, bytes);
  }

  close(): Promise<void> {
    return this.#object.close();
  }

  #entry(path: string): TarEntry {
    const entry = this.#byPath.get(path);
    if (!entry) throw unusable(path, 'is not in the archive');
    return entry;
  }
}

function unusable(path: string, what: string): TrainyardError {
  return new TrainyardError('invalid_archive', `"${printable(path)}" ${what}. Make the archive again.`);
}
