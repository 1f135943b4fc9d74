/** Lists the images of tables that hold their pixels. */
import {
  type DatasetOptions,
  type DatasetReading,
  type SkippedFile,
  type Split,
  TrainyardError,
} from '@trainyard/contracts';
import type { Archive, ArchiveEntry } from '../../archive/archive.js';
import { printable } from '../../archive/entry-names.js';
import type { ListedSample, Listing, OnProgress } from '../format.js';
import { ColumnLabels } from '../labels/column-labels.js';
import { PixelRange } from '../pixel-range.js';
import { checkImageCount, nameOf, skipOthers } from '../sources.js';
import { splitOfPath } from '../split-names.js';
import { isCsvFile } from './csv-file.js';
import { openPixelTable, type PixelTable, readPixelRows } from './pixel-table.js';

/** Throws `invalid_dataset`. */
export async function listPixelRows(
  archive: Archive,
  options: DatasetOptions,
  onProgress: OnProgress,
): Promise<Listing> {
  const { tables, skipped } = await openTables(archive, options);
  const labels = new ColumnLabels();
  const range = new PixelRange();
  const samples: ListedSample[] = [];
  for (const [index, table] of tables.entries()) {
    const { width, height } = table.shape;
    const source = table.entry.path;
    const fileSplit = splitOfPath(source);
    for await (const row of readPixelRows(archive, table)) {
      if ('reason' in row) {
        skipped.push({ file: nameOf({ source, index: row.index }), reason: row.reason, code: 'bad_row' });
        continue;
      }
      range.add(row.values);
      const split: Split | null = row.split ?? fileSplit;
      samples.push({ source, index: row.index, label: labels.add(row.labels, table.labels), split, width, height });
      checkImageCount(samples.length);
    }
    onProgress(index + 1, tables.length);
  }
  if (samples.length === 0) throw noImage(tables[0], skipped);
  if (!samples.some(({ split }) => split === 'train' || split === null)) for (const one of samples) one.split = null;
  const used = new Set(archive.entries.filter(isCsvFile).map(({ path }) => path));
  const listing = { samples, skipped };
  const found = labels.finish(listing, options);
  return {
    ...found,
    samples: listing.samples,
    skipped: listing.skipped.concat(skipOthers(archive, used, 'it is no table')),
    isGrey: tables.every(({ shape }) => shape.channels === 1),
    reading: { ...range.result(), ...labelColumns(tables) },
  };
}

/**
 * The tables whose images are of the shape of the first for training. One that cannot be read as such, as Kaggle's
 * test.csv without labels, is skipped where another can. Throws `invalid_dataset` where none can.
 */
async function openTables(archive: Archive, options: DatasetOptions) {
  const tables: PixelTable[] = [];
  const skipped: SkippedFile[] = [];
  let failure: unknown = new TrainyardError('invalid_dataset', 'The archive holds no table (.csv or .tsv).');
  for (const entry of trainFirst(archive.entries.filter(isCsvFile))) {
    try {
      const table = await openPixelTable(archive, entry, options);
      const reason = tables.length > 0 ? difference(table, tables[0]) : null;
      if (reason === null) tables.push(table);
      else skipped.push({ file: printable(entry.path), reason, code: 'unused_file' });
    } catch (error) {
      if (!(error instanceof TrainyardError) || error.code !== 'invalid_dataset') throw error;
      if (skipped.length === 0) failure = error;
      skipped.push({ file: printable(entry.path), reason: error.detail, code: 'unused_file' });
    }
  }
  if (tables.length === 0) throw failure;
  return { tables, skipped };
}

function trainFirst(entries: readonly ArchiveEntry[]): ArchiveEntry[] {
  const isTrain = (entry: ArchiveEntry) => Number(splitOfPath(entry.path) === 'train');
  return [...entries].sort((a, b) => isTrain(b) - isTrain(a));
}

function difference(table: PixelTable, first: PixelTable): string | null {
  if (table.columns !== first.columns)
    return `it has ${table.columns} columns; ${printable(first.entry.path)} has ${first.columns}`;
  const [a, b] = [table.shape, first.shape];
  return a.width === b.width && a.height === b.height && a.channels === b.channels
    ? null
    : 'its images are of another size';
}

/** What finds the labels again without a look at all rows, where it is the same for all tables. */
function labelColumns(tables: readonly PixelTable[]): Pick<DatasetReading, 'label_column' | 'label_columns'> {
  const [first, ...others] = tables.map(({ labels: { names, places } }) => names ?? places.map(String));
  const areSame = others.every((names) => names.length === first.length && names.every((name, i) => name === first[i]));
  if (!areSame || first.includes('')) return {};
  return first.length === 1 ? { label_column: first[0] } : { label_columns: [...first] };
}

function noImage(table: PixelTable, skipped: readonly SkippedFile[]): TrainyardError {
  const first = skipped[0] ? ` The first: ${skipped[0].file}: ${skipped[0].reason}.` : '';
  return new TrainyardError('invalid_dataset', `No row of "${printable(table.entry.path)}" is an image.${first}`);
}
