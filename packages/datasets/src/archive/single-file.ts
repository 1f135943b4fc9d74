/** An upload that is no archive but one file, such as a table: as an archive with that file alone. */
import { TrainyardError } from '@trainyard/contracts';
import type { RandomAccess } from '@trainyard/storage';
import type { Archive, ArchiveEntry } from './archive.js';
import { ObjectSlice } from './object-slice.js';
import { readPieces } from './read-window.js';

const PARQUET_MAGIC = 'PAR1';
/** How other kinds of text begin: JSON, XML and HTML. */
const OTHER_TEXT = /^\s*[{[<]/;
const DELIMITED_LINE = /^[^\r\n]*[,;\t]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what text has none of
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/;

/** The name that a file is given by how it begins; null for what is no file of a kind that is read by itself. */
export function singleFileName(head: Uint8Array): string | null {
  const text = Buffer.from(head).toString('latin1');
  if (text.startsWith(PARQUET_MAGIC)) return 'upload.parquet';
  const line = text.replace(/^\xef\xbb\xbf/, '');
  return DELIMITED_LINE.test(line) && !CONTROL.test(line) && !OTHER_TEXT.test(line) ? 'upload.csv' : null;
}

/** Takes over `object` and closes it with the archive. */
export class SingleFile implements Archive {
  readonly entries: readonly ArchiveEntry[];
  readonly skipped = [];
  readonly #object: RandomAccess;

  constructor(object: RandomAccess, path: string) {
    this.#object = object;
    this.entries = [{ path, isFolder: false, bytes: object.bytes, position: 0 }];
  }

  find(path: string): ArchiveEntry | undefined {
    return this.entries.find((entry) => entry.path === path);
  }

  async read({ path }: ArchiveEntry, maxBytes: number): Promise<Uint8Array> {
    if (this.#object.bytes <= maxBytes) return this.#object.read(0, this.#object.bytes);
    throw new TrainyardError('invalid_archive', `"${path}" is larger than ${maxBytes} bytes. Upload a smaller file.`);
  }

  stream(_: ArchiveEntry): AsyncIterable<Uint8Array> {
    return readPieces(this.#object, 0, this.#object.bytes);
  }

  async randomAccess(_: ArchiveEntry): Promise<RandomAccess> {
    return new ObjectSlice(this.#object, 0, this.#object.bytes);
  }

  close(): Promise<void> {
    return this.#object.close();
  }
}
