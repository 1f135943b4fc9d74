/** Which arrays of a .npz file are images and which are labels, and of what split, by their names. */
import { SPLITS, type Split, TrainyardError } from '@trainyard/contracts';
import type { ArchiveEntry } from '../../archive/archive.js';
import { baseName, printable } from '../../archive/entry-names.js';
import { splitOfWord } from '../split-names.js';

type Content = 'images' | 'labels';
export type ArrayPair = Record<Content, ArchiveEntry> & { split: Split | null };

const CONTENT_WORDS: ReadonlyMap<string, Content> = new Map([
  ...'x image images img imgs data pixels'.split(' ').map((word) => [word, 'images'] as const),
  ...'y label labels target targets'.split(' ').map((word) => [word, 'labels'] as const),
]);
const EXPECTED = 'x and y, or x_train, y_train, x_test, y_test, or train_images, train_labels, val_images ...';

export function hasArrayPair(entries: readonly ArchiveEntry[]): boolean {
  const contents = new Set(entries.map((entry) => contentOf(entry)?.content));
  return contents.has('images') && contents.has('labels');
}

/** In the order of the splits. Throws `invalid_dataset` where an array is there twice or without its partner. */
export function findArrayPairs(entries: readonly ArchiveEntry[]): ArrayPair[] {
  const found = new Map<Split | null, Partial<Record<Content, ArchiveEntry>>>();
  for (const entry of entries) {
    const role = contentOf(entry);
    if (!role) continue;
    const pair = found.get(role.split) ?? {};
    const other = pair[role.content];
    if (other) {
      const names = `"${printable(other.path)}" and "${printable(entry.path)}"`;
      throw invalid(`${names} are both ${role.split ?? 'all'} ${role.content}. Keep one of them.`);
    }
    found.set(role.split, { ...pair, [role.content]: entry });
  }
  if (!found.has('train') && !found.has(null)) throw invalid(`There is no array for training. Expected: ${EXPECTED}`);
  return [null, ...SPLITS].flatMap((split) => {
    const pair = found.get(split);
    return pair ? [complete(split, pair)] : [];
  });
}

function complete(split: Split | null, { images, labels }: Partial<Record<Content, ArchiveEntry>>): ArrayPair {
  if (images && labels) return { split, images, labels };
  const missing = images ? 'labels' : 'images';
  const partner = printable((images ?? labels)?.path ?? '');
  throw invalid(`"${partner}" is there without its ${missing}. Expected: ${EXPECTED}`);
}

/** Each word of the name has to be known: `x_train_mean` is neither images nor labels. */
function contentOf({ path, isFolder }: ArchiveEntry): { content: Content; split: Split | null } | null {
  const match = /^(.*)\.npy$/.exec(baseName(path).toLowerCase());
  if (!match || isFolder) return null;
  const name = match[1].replace(/^([xy])(?=[a-z]{3})/, '$1_');
  const words = name.split(/[^a-z0-9]+/).filter((word) => word !== '');
  const contents = words.flatMap((word) => CONTENT_WORDS.get(word) ?? []);
  const splits = words.flatMap((word) => splitOfWord(word) ?? []);
  const isKnown = contents.length === 1 && splits.length <= 1 && words.length === contents.length + splits.length;
  return isKnown ? { content: contents[0], split: splits[0] ?? null } : null;
}

function invalid(detail: string): TrainyardError {
  return new TrainyardError('invalid_dataset', detail);
}
