/** Tables of the object store: one JSON value a line, written and read piece by piece. */
import type { ObjectStore } from '@trainyard/storage';
import { ObjectWriter } from './object-writer.js';

/** How many lines are made into bytes at once. */
const BLOCK_LINES = 1000;

export interface WrittenLines {
  count: number;
  sha256: string;
}

export async function writeLines(store: ObjectStore, key: string, values: Iterable<unknown>): Promise<WrittenLines> {
  const writer = new ObjectWriter(store, key);
  const encoder = new TextEncoder();
  let lines: string[] = [];
  let count = 0;
  try {
    for (const value of values) {
      lines.push(JSON.stringify(value));
      count++;
      if (lines.length < BLOCK_LINES) continue;
      await writer.append(encoder.encode(`${lines.join('\n')}\n`));
      lines = [];
    }
    if (lines.length > 0) await writer.append(encoder.encode(`${lines.join('\n')}\n`));
    const { sha256 } = await writer.finish();
    return { count, sha256 };
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

/** Throws `not_found`, and what `check` throws for a line that is not what it should be. */
export async function* readLines<T>(store: ObjectStore, key: string, check: (value: unknown) => T): AsyncGenerator<T> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of await store.read(key)) {
    const lines = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield check(JSON.parse(line));
  }
  if (rest !== '') yield check(JSON.parse(rest));
}
