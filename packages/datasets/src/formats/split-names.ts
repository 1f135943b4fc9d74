/** What names of folders and files say of splits. */
import type { Split } from '@trainyard/contracts';

const SPLIT_WORDS: ReadonlyMap<string, Split> = new Map([
  ['train', 'train'],
  ['training', 'train'],
  ['val', 'validation'],
  ['valid', 'validation'],
  ['validation', 'validation'],
  ['dev', 'validation'],
  ['test', 'test'],
  ['testing', 'test'],
  ['t10k', 'test'],
]);

const CELL_WORDS: ReadonlyMap<string, Split> = new Map([
  ['publictest', 'validation'],
  ['privatetest', 'test'],
]);

/** Of one lower-case word; null where it names no split. */
export function splitOfWord(word: string): Split | null {
  return SPLIT_WORDS.get(word) ?? null;
}

/** Of a field of a table, such as `train` or FER2013's `PublicTest`; null where it names none. */
export function splitOfCell(text: string): Split | null {
  const word = text.trim().toLowerCase();
  return splitOfWord(word) ?? CELL_WORDS.get(word) ?? null;
}

/**
 * Of a file, by the words of its name (`train-00000-of-00002.parquet`, `mnist_test.csv`), else of the folders that it
 * lies in, the nearest first; null where none names a split, or a name has words for two.
 */
export function splitOfPath(path: string): Split | null {
  for (const name of path.toLowerCase().split('/').reverse()) {
    const found = new Set(name.split(/[^a-z0-9]+/).flatMap((word) => splitOfWord(word) ?? []));
    if (found.size > 0) return found.size === 1 ? [...found][0] : null;
  }
  return null;
}

/** The splits of files by their names. Where none is for training they say nothing: the images are divided. */
export function splitsOfPaths(paths: readonly string[]): (Split | null)[] {
  const splits = paths.map(splitOfPath);
  return splits.some((split) => split === 'train' || split === null) ? splits : splits.map(() => null);
}
