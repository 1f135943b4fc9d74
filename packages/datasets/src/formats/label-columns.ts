/** The columns of a table that hold labels: one, or one for each label or target. */
import { type DatasetOptions, TrainyardError } from '@trainyard/contracts';
import { askedColumn } from './column-names.js';

export interface LabelColumns {
  /** Where they are, from 0. */
  places: readonly number[];
  /** What they are called, where the columns have names. */
  names: readonly string[] | null;
  /** Whether each holds a number: a 0 or 1 for its label, or a target. */
  areNumbers: boolean;
}

/**
 * Those that the options name; null where they name none. One column of 0 and 1 is a label only where the task says so.
 * Throws `invalid_dataset` where there is no such column, or the options contradict each other.
 */
export function askedLabelColumns(
  { label_column: one, label_columns: several, task }: DatasetOptions,
  columns: number,
  header: readonly string[] | null,
): LabelColumns | null {
  if (one !== undefined && several !== undefined) {
    throw invalid('options.label_column and options.label_columns were both given. Keep one of them.');
  }
  if (one !== undefined) return labelColumn(askedColumn(one, columns, header), header);
  if (several === undefined) return null;
  const places = several.map((asked) => askedColumn(asked, columns, header, 'label_columns'));
  const again = places.findIndex((place, index) => places.indexOf(place) !== index);
  if (again >= 0) throw invalid(`options.label_columns names the column "${several[again]}" twice.`);
  return places.length === 1 && task !== 'multilabel' ? labelColumn(places[0], header) : numberColumns(places, header);
}

/** One that holds a text for each image. */
export function labelColumn(place: number, header: readonly string[] | null): LabelColumns {
  return { places: [place], names: header && [header[place].trim()], areNumbers: false };
}

/** Several that hold a number each. */
export function numberColumns(places: readonly number[], header: readonly string[] | null): LabelColumns {
  return { places, names: header && places.map((place) => header[place].trim()), areNumbers: true };
}

function invalid(detail: string): TrainyardError {
  return new TrainyardError('invalid_dataset', detail);
}
