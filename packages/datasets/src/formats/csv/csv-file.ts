/**
 * One table of text: fields between commas, semicolons or tabs, whichever its first line has most of, as RFC 4180 has it.
 * It may be gzipped. Rows are read one after another; those without quotes, which is where the pixels are, are just cut.
 */
import { TrainyardError } from '@trainyard/contracts';
import { parse } from 'csv-parse/sync';
import type { Archive, ArchiveEntry } from '../../archive/archive.js';
import { baseName, printable } from '../../archive/entry-names.js';
import { gunzipped } from '../../byte-reader.js';
import { LongLineError, NotUtf8Error, readLines } from './csv-lines.js';
import { CsvRow } from './csv-row.js';

const DELIMITERS = [',', ';', '\t'] as const;
/** A row of 1024x1024 RGB pixels has less. */
const ROW_BYTES_MAX = 16 * 1024 ** 2;
const QUOTE = 0x22;
const LINE_END = Buffer.from('\n');

export function isCsvFile({ path, isFolder }: ArchiveEntry): boolean {
  return !isFolder && /\.(csv|tsv)(\.gz)?$/.test(baseName(path).toLowerCase());
}

/** The fields of each row; empty lines are passed over. Throws `invalid_dataset` where the text is damaged. */
export async function* readCsvRows(archive: Archive, entry: ArchiveEntry): AsyncGenerator<string[]> {
  for await (const row of cutCsvRows(archive, entry)) yield row.texts();
}

/** The same, where few of the fields are needed as strings: one row after another, all in the same object. */
export async function* cutCsvRows(archive: Archive, entry: ArchiveEntry): AsyncGenerator<CsvRow> {
  const row = new CsvRow();
  let delimiter: string | undefined;
  let count = 0;
  for await (const records of readRecords(archive, entry)) {
    for (const record of records) {
      count++;
      delimiter ??= findDelimiter(record.toString());
      if (record.includes(QUOTE)) row.take(parseQuoted(record.toString(), delimiter, entry, count));
      else row.cut(record, delimiter.charCodeAt(0));
      yield row;
    }
  }
}

/** As many rows as there are up to `count`, and at least one. Throws `invalid_dataset`. */
export async function readFirstRows(archive: Archive, entry: ArchiveEntry, count: number): Promise<string[][]> {
  const rows: string[][] = [];
  for await (const cells of readCsvRows(archive, entry)) {
    rows.push(cells);
    if (rows.length === count) break;
  }
  if (rows.length === 0) throw invalid(entry, 'is empty');
  return rows;
}

/** The text of each row: a line, or several where a quoted field goes on in the next. */
async function* readRecords(archive: Archive, entry: ArchiveEntry): AsyncGenerator<Buffer[]> {
  let open: Buffer | null = null;
  let count = 0;
  for await (const lines of readTextLines(archive, entry)) {
    const records: Buffer[] = [];
    for (const line of lines) {
      count++;
      const record: Buffer = open ? Buffer.concat([open, LINE_END, line]) : line;
      open = hasOpenQuote(record) ? record : null;
      if (open && open.length > ROW_BYTES_MAX) throw unclosedQuote(entry, count + 1);
      if (!open && !isBlank(record)) records.push(record);
    }
    yield records;
  }
  if (open) throw unclosedQuote(entry, count + 1);
}

async function* readTextLines(archive: Archive, entry: ArchiveEntry): AsyncGenerator<Buffer[]> {
  try {
    yield* readLines(gunzipped(archive.stream(entry)), ROW_BYTES_MAX);
  } catch (error) {
    throw asCsvError(error, entry);
  }
}

function hasOpenQuote(text: Buffer): boolean {
  let isOpen = false;
  for (let at = text.indexOf(QUOTE); at >= 0; at = text.indexOf(QUOTE, at + 1)) isOpen = !isOpen;
  return isOpen;
}

/** Most lines begin with what is no blank. */
function isBlank(line: Buffer): boolean {
  return line.length === 0 || (!(line[0] > 0x20 && line[0] < 0x7f) && line.toString().trim() === '');
}

function findDelimiter(line: string): string {
  const counts = DELIMITERS.map((delimiter) => line.split(delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))];
}

function parseQuoted(record: string, delimiter: string, entry: ArchiveEntry, row: number): string[] {
  try {
    const [fields] = parse(record, { delimiter, relax_quotes: true, relax_column_count: true });
    return fields ?? [];
  } catch (error) {
    throw invalid(entry, `has quotes that do not fit together in row ${row}`, error);
  }
}

function asCsvError(error: unknown, entry: ArchiveEntry): unknown {
  if (error instanceof TrainyardError) return error;
  if (error instanceof NotUtf8Error) return invalid(entry, 'is not text in UTF-8. Save it as that', error);
  if (error instanceof LongLineError) return invalid(entry, 'has a line of more than 16 million characters', error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return code.startsWith('Z_') ? invalid(entry, 'is a damaged gzip file', error) : error;
}

function unclosedQuote(entry: ArchiveEntry, line: number): TrainyardError {
  return invalid(entry, `has a quote that is opened and not closed, before line ${line}`);
}

function invalid(entry: ArchiveEntry, what: string, cause?: unknown): TrainyardError {
  return new TrainyardError('invalid_dataset', `"${printable(entry.path)}" ${what}.`, { cause });
}
