/** Gathers the labels of the rows of tables, from one column or from one for each label or target. */
import { type DatasetOptions, TrainyardError } from '@trainyard/contracts';
import type { LabelColumns } from '../label-columns.js';
import { labelText } from '../labels.js';
import type { AskedLabels, FoundLabels, LabelledListing } from './found-labels.js';
import { finishRows } from './number-rows.js';
import { TextLabels } from './text-labels.js';

const WORDS: ReadonlyMap<string, number> = new Map([
  ...['true', 'yes', 'y', 't'].map((word) => [word, 1] as const),
  ...['false', 'no', 'n', 'f'].map((word) => [word, 0] as const),
]);

export class ColumnLabels {
  readonly #texts = new TextLabels();
  #columns: LabelColumns | null = null;

  /**
   * What `label` is of a sample until `finish`. Throws `invalid_dataset` where another table has other columns.
   *
   * @param cells what a row has in these columns, in their order
   */
  add(cells: readonly string[], columns: LabelColumns): number | number[] {
    if (this.#columns !== columns) this.#check(columns);
    return columns.areNumbers ? cells.map(numberOf) : this.#texts.add(labelText(cells[0]));
  }

  /** Gives the samples their labels. Throws `invalid_dataset` for labels that are not of the task that is asked for. */
  finish(listing: LabelledListing, { task, label_separator: separator }: DatasetOptions): FoundLabels {
    const columns = this.#columns;
    const targets = columns?.names ?? undefined;
    const asked: AskedLabels = { task, separator, ...(targets && { targets }) };
    if (!columns?.areNumbers) return this.#texts.finish(listing, asked);
    return finishRows(listing, targets ?? columns.places.map(String), asked);
  }

  #check(columns: LabelColumns): void {
    const first = this.#columns;
    this.#columns = columns;
    if (first === null || !columns.areNumbers || first.names?.join('\n') === columns.names?.join('\n')) return;
    const detail = 'The columns of the labels are not the same in all tables. Name them alike, in the same order.';
    throw new TrainyardError('invalid_dataset', detail);
  }
}

/** NaN for what is none. */
function numberOf(cell: string): number {
  const text = cell.trim();
  return WORDS.get(text.toLowerCase()) ?? (text === '' ? Number.NaN : Number(text));
}
