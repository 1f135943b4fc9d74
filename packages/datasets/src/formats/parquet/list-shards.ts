/** Lists the images of Parquet files. */
import { type DatasetOptions, type SkippedFile, type Split, TrainyardError } from '@trainyard/contracts';
import type { Archive, ArchiveEntry } from '../../archive/archive.js';
import type { ListedSample, Listing, OnProgress } from '../format.js';
import { PixelRange } from '../pixel-range.js';
import { checkImageCount, nameOf, skipOthers } from '../sources.js';
import { splitsOfPaths } from '../split-names.js';
import { readRowNumbers } from './number-images.js';
import { findColumns, type ParquetColumns } from './parquet-columns.js';
import { isParquetFile, ParquetFile, type ParquetRow } from './parquet-file.js';
import { ParquetLabels } from './parquet-labels.js';
import { readLabels, splitOf } from './parquet-rows.js';

interface Listed {
  labels: ParquetLabels;
  range: PixelRange | null;
  samples: ListedSample[];
  skipped: SkippedFile[];
  /** Null where images have to be read to know it. */
  isGrey: boolean | null;
}

interface Shard {
  file: ParquetFile;
  columns: ParquetColumns;
  split: Split | null;
}

/** Throws `invalid_dataset`. */
export async function listShards(archive: Archive, options: DatasetOptions, onProgress: OnProgress): Promise<Listing> {
  const entries = archive.entries.filter(isParquetFile);
  if (entries.length === 0) throw new TrainyardError('invalid_dataset', 'The archive holds no .parquet file.');
  const splits = splitsOfPaths(entries.map(({ path }) => path));
  const listed: Listed = {
    labels: new ParquetLabels(),
    range: null,
    samples: [],
    skipped: [],
    isGrey: true,
  };
  for (const [index, entry] of entries.entries()) {
    await listShard(archive, entry, splits[index], options, listed, (share) =>
      onProgress(index + share, entries.length),
    );
  }
  const { isGrey, range } = listed;
  const found = listed.labels.finish(listed, options);
  const { samples, skipped } = listed;
  if (samples.length === 0) throw noImage(skipped);
  const used = new Set(entries.map(({ path }) => path));
  return {
    ...found,
    samples,
    skipped: skipped.concat(skipOthers(archive, used, 'it is no Parquet file')),
    isGrey,
    reading: {
      ...(range?.result() ?? {}),
      ...(options.label_column === undefined ? {} : { label_column: options.label_column }),
      ...(options.label_columns === undefined ? {} : { label_columns: options.label_columns }),
    },
  };
}

async function listShard(
  archive: Archive,
  entry: ArchiveEntry,
  split: Split | null,
  options: DatasetOptions,
  listed: Listed,
  onShare: (share: number) => void,
): Promise<void> {
  const file = await ParquetFile.open(archive, entry);
  try {
    const columns = findColumns(file, options);
    const shard = { file, columns, split };
    const found = columns.images.kind === 'encoded' ? encodedRows(shard, listed) : numberSizes(shard, options, listed);
    for await (const { row, size, reason } of found) {
      addRow(shard, row, size ?? reason, listed);
      onShare((row.index + 1) / file.rowCount);
    }
  } finally {
    await file.close();
  }
}

/** Without sides where the image has to be read to know them. */
type Size = { width?: number; height?: number };
type SizedRow = { row: ParquetRow } & ({ size: Size; reason?: undefined } | { size: null; reason: string });

async function* encodedRows({ file, columns }: Shard, listed: Listed): AsyncGenerator<SizedRow> {
  listed.isGrey = null;
  for await (const row of readLabels(file, columns)) yield { row, size: {} };
}

async function* numberSizes(
  { file, columns }: Shard,
  options: DatasetOptions,
  listed: Listed,
): AsyncGenerator<SizedRow> {
  listed.range ??= new PixelRange();
  for await (const numbers of readRowNumbers(file, columns, options, true)) {
    const { row } = numbers;
    if (numbers.values === null) {
      yield { row, size: null, reason: numbers.reason };
      continue;
    }
    listed.range.add(numbers.values);
    const { width, height, channels } = numbers.shape;
    if (listed.isGrey !== null) listed.isGrey &&= channels === 1;
    yield { row, size: { width, height } };
  }
}

function addRow({ file, columns, split }: Shard, row: ParquetRow, size: Size | string, listed: Listed): void {
  const place = { source: file.entry.path, index: row.index };
  const label = listed.labels.add(row, columns.labels);
  if (typeof size === 'string') {
    listed.skipped.push({ file: nameOf(place), reason: size, code: 'bad_row' });
    return;
  }
  checkImageCount(listed.samples.length + 1);
  listed.samples.push({ ...place, label, split: splitOf(row, columns) ?? split, ...size });
}

function noImage(skipped: readonly SkippedFile[]): TrainyardError {
  const first = skipped[0] ? ` The first: ${skipped[0].file}: ${skipped[0].reason}` : '';
  return new TrainyardError('invalid_dataset', `No row of the Parquet files is an image with a label.${first}`);
}
