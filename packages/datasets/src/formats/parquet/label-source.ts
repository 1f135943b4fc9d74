/** Which columns of a Parquet file hold the labels. */
import { type DatasetOptions, TrainyardError } from '@trainyard/contracts';
import { printable } from '../../archive/entry-names.js';
import { isRowNumber, listNames, namedLabelColumn } from '../column-names.js';
import { askedLabelColumns } from '../label-columns.js';
import type { ColumnKind } from './column-kinds.js';
import type { Features } from './features.js';
import type { ParquetFile } from './parquet-file.js';

/** One column, of a value or a list for each image; or several, of a number each. */
export type LabelSource =
  | {
      kind: 'value' | 'list';
      column: string /** Of the classes by number, where the file has them. */;
      names: string[];
    }
  | { kind: 'numbers'; columns: string[] };

type Kinds = ReadonlyMap<string, ColumnKind>;

/** Throws `invalid_dataset` where the columns do not show it. */
export function findLabelSource(
  file: ParquetFile,
  kinds: Kinds,
  features: Features,
  { split, options }: { split: string | null; options: DatasetOptions },
): LabelSource {
  const names = [...kinds.keys()];
  const asked = askedLabelColumns(options, names.length, names);
  if (asked?.areNumbers) return { kind: 'numbers', columns: asked.places.map((place) => names[place]) };
  const column = asked ? names[asked.places[0]] : findColumn(file, kinds, features, split);
  const kind = kinds.get(column);
  return {
    kind: kind === 'list' || kind === 'texts' ? 'list' : 'value',
    column,
    names: features.classes.find(({ name }) => name === column)?.labels ?? [],
  };
}

/** The columns that it takes. */
export function columnsOf(source: LabelSource): readonly string[] {
  return source.kind === 'numbers' ? source.columns : [source.column];
}

function findColumn(file: ParquetFile, kinds: Kinds, { classes }: Features, split: string | null): string {
  const names = [...kinds.keys()];
  const candidates = classes.length > 0 ? classes.map(({ name }) => name).filter((name) => kinds.has(name)) : names;
  if (classes.length > 0 && candidates.length === 1) return candidates[0];
  const named = namedLabelColumn(candidates);
  if (named !== null) return candidates[named];
  const hasEncoded = [...kinds.values()].includes('encoded');
  const others = names.filter(
    (name) => name !== split && !isRowNumber(name) && canBeLabel(kinds.get(name), hasEncoded),
  );
  if (others.length === 1) return others[0];
  const known = `The columns are ${listNames(names)}.`;
  const detail = `"${printable(file.entry.path)}" does not show which column holds the labels. ${known} Name it in options.label_column.`;
  throw new TrainyardError('invalid_dataset', detail);
}

/** A list of numbers is an image, unless there are others. */
function canBeLabel(kind: ColumnKind | undefined, hasEncoded: boolean): boolean {
  return kind === 'number' || kind === 'text' || kind === 'texts' || (kind === 'list' && hasEncoded);
}
