/**
 * One table of text: fields between commas, semicolons or tabs, whichever its first line has most of, as RFC 4180 has it.
 * It may be gzipped. Rows are read one after another; those without quotes, which is where the pixels are, are just split.
 */
import { TrainyardError } from '@trainyard/contracts';
import { parse } from 'csv-parse/sync';
import type { Archive, ArchiveEntry } from '../../archive/archive.js';
import { baseName, printable } from '../../archive/entry-names.js';
import { gunzipped } from '../../byte-reader.js';

const DELIMITERS = [',', ';', '\t'] as const;
/** A row of 1024x1024 RGB pixels has less. */
const ROW_CHARACTERS_MAX = 16 * 1024 ** 2;

export function isCsvFile({ path, isFolder }: ArchiveEntry): boolean {
  return !isFolder && /\.(csv|tsv)(\.gz)?$/.test(baseName(path).toLowerCase());
}

/** The fields of each row; empty lines are passed over. Throws `invalid_dataset` where the text is damaged. */
export async function* readCsvRows(archive: Archive, entry: ArchiveEntry): AsyncGenerator<string[]> {
  let delimiter: string | undefined;
  let row = 0;
  for await (const record of readRecords(archive, entry)) {
    row++;
    delimiter ??= findDelimiter(record);
    yield record.includes('"') ? parseQuoted(record, delimiter, entry, row) : record.split(delimiter);
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
async function* readRecords(archive: Archive, entry: ArchiveEntry): AsyncGenerator<string> {
  let open = '';
  let lines = 0;
  for await (const line of readLines(archive, entry)) {
    lines++;
    const record = open === '' ? line : `${open}\n${line}`;
    if (hasOpenQuote(record)) {
      open = record;
      if (open.length > ROW_CHARACTERS_MAX) break;
      continue;
    }
    open = '';
    if (record.trim() !== '') yield record;
  }
  if (open !== '') throw invalid(entry, `has a quote that is opened and not closed, before line ${lines + 1}`);
}

async function* readLines(archive: Archive, entry: ArchiveEntry): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  try {
    for await (const chunk of gunzipped(archive.stream(entry))) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > ROW_CHARACTERS_MAX) throw invalid(entry, 'has a line of more than 16 million characters');
      for (const line of lines) yield line.endsWith('\r') ? line.slice(0, -1) : line;
    }
    rest += decoder.decode();
  } catch (error) {
    throw asCsvError(error, entry);
  }
  yield rest.endsWith('\r') ? rest.slice(0, -1) : rest;
}

function hasOpenQuote(text: string): boolean {
  let isOpen = false;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) isOpen = !isOpen;
  return isOpen;
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
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
    return invalid(entry, 'is not text in UTF-8. Save it as that', error);
  return code.startsWith('Z_') ? invalid(entry, 'is a damaged gzip file', error) : error;
}

function invalid(entry: ArchiveEntry, what: string, cause?: unknown): TrainyardError {
  return new TrainyardError('invalid_dataset', `"${printable(entry.path)}" ${what}.`, { cause });
}
