/** One Parquet file: what its footer says, and its rows, a row group or less at a time. */
import { TrainyardError } from '@trainyard/contracts';
import type { RandomAccess } from '@trainyard/storage';
import { type AsyncBuffer, type FileMetaData, parquetReadObjects, type RowGroup, type SchemaTree } from 'hyparquet';
import { type Compressors, compressors } from 'hyparquet-compressors';
import type { Archive, ArchiveEntry } from '../../archive/archive.js';
import { baseName, printable } from '../../archive/entry-names.js';
import { accessEntry } from './entry-access.js';
import { readNumberColumns } from './number-columns.js';
import { type ParquetMetadata, readMetadata } from './parquet-metadata.js';

/** What the columns of a row group that are read may take, unpacked. */
const GROUP_BYTES_MAX = 512 * 1024 ** 2;
/** Numbers that are held at once; those of lists cannot be read in part. */
const WINDOW_VALUES = 16_000_000;
const GROUP_LIST_VALUES_MAX = 32_000_000;

export interface ParquetRow {
  /** Its place in the file, from 0. */
  index: number;
  cells: Readonly<Record<string, unknown>>;
  /** What the columns of numbers hold, in their order; empty where none were asked for. */
  numbers: Float32Array;
}

export function isParquetFile({ path, isFolder }: ArchiveEntry): boolean {
  return !isFolder && baseName(path).toLowerCase().endsWith('.parquet');
}

interface RowRange {
  rowStart: number;
  rowEnd: number;
  /** Of the row group in which the range lies. */
  groupRows: number;
}

export class ParquetFile {
  readonly entry: ArchiveEntry;
  readonly metadata: FileMetaData;
  readonly schema: SchemaTree;
  readonly rowCount: number;
  readonly #object: RandomAccess;

  private constructor(entry: ArchiveEntry, { metadata, schema, rows }: ParquetMetadata, object: RandomAccess) {
    this.entry = entry;
    this.metadata = metadata;
    this.schema = schema;
    this.rowCount = rows;
    this.#object = object;
  }

  /** Throws `invalid_dataset` for what is no Parquet file that can be read. The caller closes it. */
  static async open(archive: Archive, entry: ArchiveEntry): Promise<ParquetFile> {
    const object = await accessEntry(archive, entry);
    try {
      return new ParquetFile(entry, await readMetadata(asyncBuffer(object)), object);
    } catch (error) {
      await object.close();
      throw asParquetError(error, entry);
    }
  }

  /** The given columns of every row: texts as strings, other bytes as they are; and columns of numbers together. */
  async *rows(columns: readonly string[], numberColumns: readonly string[] = []): AsyncGenerator<ParquetRow> {
    let groupStart = 0;
    for (const group of this.metadata.row_groups) {
      const rows = Number(group.num_rows);
      const window = this.#windowOf(group, columns, numberColumns);
      for (let start = 0; start < rows; start += window) {
        const rowStart = groupStart + start;
        const range = { rowStart, rowEnd: Math.min(rowStart + window, groupStart + rows), groupRows: rows };
        const numbers = await this.#readNumbers(numberColumns, range);
        const found = await this.#read(columns, range);
        for (const [place, cells] of found.entries()) {
          const [from, to] = [place * numberColumns.length, (place + 1) * numberColumns.length];
          yield { index: rowStart + place, cells, numbers: numbers.subarray(from, to) };
        }
      }
      groupStart += rows;
    }
  }

  close(): Promise<void> {
    return this.#object.close();
  }

  async #readNumbers(columns: readonly string[], range: RowRange): Promise<Float32Array> {
    const { metadata } = this;
    const source = { file: asyncBuffer(this.#object), metadata, compressors: BOUNDED_COMPRESSORS };
    try {
      return await readNumberColumns({ ...source, ...range, columns });
    } catch (error) {
      throw asParquetError(error, this.entry);
    }
  }

  async #read(columns: readonly string[], { rowStart, rowEnd }: RowRange): Promise<Record<string, unknown>[]> {
    if (columns.length === 0) return Array.from({ length: rowEnd - rowStart }, () => ({}));
    const { metadata } = this;
    const options = { compressors: BOUNDED_COMPRESSORS, utf8: false, geoparquet: false };
    try {
      const file = asyncBuffer(this.#object);
      const rows = await parquetReadObjects({ file, metadata, columns: [...columns], rowStart, rowEnd, ...options });
      if (rows.length !== rowEnd - rowStart) throw new Error(`${rows.length} rows of ${rowEnd - rowStart}`);
      return rows;
    } catch (error) {
      throw asParquetError(error, this.entry);
    }
  }

  /** How many rows are read at once: as few as fit, but all of a row group where lists are read, which come whole. */
  #windowOf(group: RowGroup, columns: readonly string[], numberColumns: readonly string[]): number {
    const names = new Set([...columns, ...numberColumns]);
    const read = group.columns
      .flatMap(({ meta_data }) => meta_data ?? [])
      .filter((one) => names.has(one.path_in_schema[0]));
    const bytes = read.reduce((sum, chunk) => sum + Number(chunk.total_uncompressed_size), 0);
    if (bytes > GROUP_BYTES_MAX) throw tooLarge(this.entry, `${Math.round(bytes / 1024 ** 2)} MiB`);
    const lists = read.filter(({ path_in_schema: path }) => path.length > 1);
    const values = lists.reduce((sum, chunk) => sum + Number(chunk.num_values), 0);
    if (values > GROUP_LIST_VALUES_MAX) throw tooLarge(this.entry, `${values} values`);
    const rows = Math.max(1, Number(group.num_rows));
    return numberColumns.length === 0 ? rows : Math.min(rows, Math.ceil(WINDOW_VALUES / numberColumns.length));
  }
}

/** What a page claims to unpack to is not believed beyond the limit. An empty page is too little for some codecs. */
const BOUNDED_COMPRESSORS: Compressors = Object.fromEntries(
  Object.entries(compressors).map(([codec, unpack]) => [
    codec,
    (input: Uint8Array, outputLength: number) => {
      if (outputLength > GROUP_BYTES_MAX) throw new Error(`a page of ${outputLength} bytes`);
      return outputLength === 0 ? new Uint8Array(0) : unpack(input, outputLength);
    },
  ]),
);

function asyncBuffer(object: RandomAccess): AsyncBuffer {
  return {
    byteLength: object.bytes,
    slice: (start, end = object.bytes) => {
      const bytes = readRange(object, start < 0 ? object.bytes + start : start, end);
      // hyparquet reads ahead: a failure is seen where the bytes are used, until then it is not an unhandled one.
      bytes.catch(() => {});
      return bytes;
    },
  };
}

async function readRange(object: RandomAccess, start: number, end: number): Promise<ArrayBuffer> {
  if (!(start >= 0 && start <= end && end <= object.bytes)) throw new Error('a part lies outside of it');
  return ownBuffer(await object.read(start, end - start));
}

/** A copy only where the bytes are part of something larger. */
function ownBuffer(bytes: Uint8Array): ArrayBuffer {
  const { buffer } = bytes;
  return buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength
    ? buffer
    : new Uint8Array(bytes).buffer;
}

function tooLarge(entry: ArchiveEntry, size: string): TrainyardError {
  return invalid(
    entry,
    `has a row group of ${size}, which is too much at once. Write it with a smaller row_group_size`,
  );
}

/** What hyparquet throws names the fault; what the store or the system throws is not about the file. */
function asParquetError(error: unknown, entry: ArchiveEntry): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'ERR_';
  if (error instanceof TrainyardError || !code.startsWith('ERR_')) return error;
  const message = printable(error instanceof Error ? error.message : String(error)).slice(0, 200);
  return invalid(entry, `cannot be read as a Parquet file (${message}). Write it again`, error);
}

function invalid(entry: ArchiveEntry, what: string, cause?: unknown): TrainyardError {
  return new TrainyardError('invalid_dataset', `"${printable(entry.path)}" ${what}.`, { cause });
}
