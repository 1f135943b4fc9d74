/** What the names of columns say, and which column a person means. */
import { TrainyardError } from '@trainyard/contracts';
import { printable } from '../archive/entry-names.js';

/** In the order in which they are taken for the labels. */
const LABEL_NAMES =
  'label labels fine_label class class_name classname class_id category finding_labels tags target y species'.split(
    ' ',
  );
const SPLIT_NAMES = 'split usage subset fold set partition'.split(' ');
/** What spreadsheets and pandas add: the number of the row. */
const PIXEL_NAME = /^\s*[a-z]{0,8}[\s_-]?\d+([x_]\d+)*\s*$/i;
const ROW_NAMES = new Set(['', 'index', 'id', 'row']);

function plain(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_');
}

/** The column of the labels by its name; null where none has such a name. */
export function namedLabelColumn(header: readonly string[]): number | null {
  return firstNamed(header, LABEL_NAMES);
}

export function namedSplitColumn(header: readonly string[]): number | null {
  return firstNamed(header, SPLIT_NAMES);
}

/** Whether a column numbers the rows, by its name. */
export function isRowNumber(name: string): boolean {
  return ROW_NAMES.has(plain(name)) || /^(unnamed:|__index_level)/.test(plain(name));
}

/** The one column that is neither the number of the row nor named as pixels are (`pixel7`, `1x1`); null for several. */
export function onlyOtherColumn(header: readonly string[]): number | null {
  const others = [...header.keys()].filter((index) => !isRowNumber(header[index]) && !PIXEL_NAME.test(header[index]));
  return others.length === 1 ? others[0] : null;
}

function firstNamed(header: readonly string[], names: readonly string[]): number | null {
  const plainHeader = header.map(plain);
  const found = names.map((name) => plainHeader.indexOf(name)).find((index) => index >= 0);
  return found ?? null;
}

/**
 * The column that an option of `options` means: its name, or its place, from the end where that is negative. Throws
 * `invalid_dataset` where there is no such column.
 */
export function askedColumn(
  asked: string,
  columns: number,
  header: readonly string[] | null,
  option: 'label_column' | 'label_columns' = 'label_column',
): number {
  const named = header?.map((name) => name.trim()).indexOf(asked.trim()) ?? -1;
  if (named >= 0) return named;
  const place = /^-?\d{1,6}$/.test(asked) ? Number(asked) : Number.NaN;
  const index = place < 0 ? columns + place : place;
  if (index >= 0 && index < columns) return index;
  const known = header ? `The columns are ${listNames(header)}.` : `There are ${columns} columns without names.`;
  throw new TrainyardError('invalid_dataset', `options.${option} is "${printable(asked)}". ${known}`);
}

/** For messages. */
export function listNames(names: readonly string[]): string {
  const shown = names.slice(0, 12).map((name) => `"${printable(name.trim())}"`);
  return shown.join(', ') + (names.length > 12 ? ' ...' : '');
}
