/** The labels of the rows of Parquet files: of one column, of lists, or of a column for each label or target. */
import type { DatasetOptions } from '@trainyard/contracts';
import { type FoundLabels, type LabelledListing, NO_LABEL } from '../labels/found-labels.js';
import { ListLabels } from '../labels/list-labels.js';
import { finishRows } from '../labels/number-rows.js';
import { TextLabels } from '../labels/text-labels.js';
import { labelText } from '../labels.js';
import type { LabelSource } from './label-source.js';
import type { ParquetRow } from './parquet-file.js';

export class ParquetLabels {
  readonly #texts = new TextLabels();
  readonly #lists = new ListLabels();
  #source: LabelSource | null = null;

  /** What `label` is of the image of a row until `finish`. */
  add({ cells }: ParquetRow, source: LabelSource): number | number[] {
    this.#source ??= source;
    if (source.kind === 'numbers') return source.columns.map((column) => numberOf(cells[column]));
    const value = cells[source.column];
    if (source.kind === 'list') return isList(value) ? this.#lists.add(textsOf(value)) : this.#lists.add([]);
    const text = textOf(value);
    const isNone = text !== null && source.names.length > 0 && Number(text) < 0;
    return isNone ? NO_LABEL : this.#texts.add(text);
  }

  /** Gives the samples their labels. Throws `invalid_dataset` for labels that are not of the task that is asked for. */
  finish(listing: LabelledListing, { task, label_separator: separator }: DatasetOptions): FoundLabels {
    const source = this.#source;
    if (source === null) return this.#texts.finish(listing, { task });
    if (source.kind === 'numbers') return finishRows(listing, source.columns, { task });
    const asked = { task, separator, names: source.names, targets: [source.column] };
    return source.kind === 'list' ? this.#lists.finish(listing, asked) : this.#texts.finish(listing, asked);
  }
}

function textOf(value: unknown): string | null {
  const text = value instanceof Uint8Array ? new TextDecoder().decode(value) : value;
  if (text === null || text === undefined || typeof text === 'object') return null;
  return labelText(typeof text === 'boolean' ? String(Number(text)) : String(text));
}

function textsOf(list: ArrayLike<unknown>): string[] {
  return Array.from(list, textOf).flatMap((text) => text ?? []);
}

function numberOf(value: unknown): number {
  const text = textOf(value);
  return text === null ? Number.NaN : Number(text);
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}
