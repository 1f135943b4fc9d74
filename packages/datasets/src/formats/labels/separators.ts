/**
 * Finds what stands between several labels in one cell. A name may have a comma or a space in it, so that those count
 * only where the parts come back in other cells, as labels do and parts of names do not.
 */
import { labelText } from '../labels.js';

export type Splitter = (text: string) => string[];

/** As Python and JSON write a list. */
const LIST = /^\s*\[.*\]\s*$/s;
const CERTAIN = '|';
const LIKELY = [';', ','] as const;

/**
 * Null where each text is one label.
 *
 * @param texts the cells that occur, each once
 * @param isAsked whether there are to be several labels, so that a separator need not prove itself
 */
export function findSplitter(texts: readonly string[], isAsked: boolean): Splitter | null {
  if (texts.length === 0) return null;
  if (texts.every((text) => LIST.test(text))) return splitList;
  if (texts.some((text) => partsOf(text, CERTAIN).length > 1)) return splitterAt(CERTAIN);
  const found = LIKELY.find((separator) => {
    const { several, recurring, parts } = measure(texts, separator);
    return several > 0 && (isAsked || recurring * 2 > parts);
  });
  if (found !== undefined) return splitterAt(found);
  return areWordsLabels(texts, isAsked) ? splitterAt(' ') : null;
}

export function splitterAt(separator: string): Splitter {
  return (text) => partsOf(text, separator);
}

/** A label that is there twice counts once. */
function partsOf(text: string, separator: string): string[] {
  return [...new Set(text.split(separator).flatMap((part) => labelText(part) ?? []))];
}

function splitList(text: string): string[] {
  const parts = text.trim().slice(1, -1).split(',');
  return [...new Set(parts.flatMap((part) => labelText(part.trim().replace(/^(["'])(.*)\1$/s, '$2')) ?? []))];
}

/** How many cells have several parts, how many parts those have, and how many of the parts are in another cell too. */
function measure(texts: readonly string[], separator: string) {
  const cells = new Map<string, number>();
  const found = new Set<string>();
  let several = 0;
  let single = 0;
  for (const text of texts) {
    const parts = partsOf(text, separator);
    for (const part of parts) cells.set(part, (cells.get(part) ?? 0) + 1);
    if (parts.length > 1) {
      several++;
      for (const part of parts) found.add(part);
    } else single++;
  }
  const recurring = [...found].filter((part) => (cells.get(part) ?? 0) > 1).length;
  return { several, single, parts: found.size, recurring };
}

/**
 * Whether the words of a cell are labels. Names have spaces too ("red rose", "white rose"), so that every word has to come
 * back, some has to stand alone, and there have to be twice as many cells as words.
 */
function areWordsLabels(texts: readonly string[], isAsked: boolean): boolean {
  const { several, single, parts, recurring } = measure(texts, ' ');
  if (several === 0) return false;
  if (isAsked) return recurring * 2 > parts;
  return recurring === parts && single > 0 && texts.length >= 2 * parts;
}
