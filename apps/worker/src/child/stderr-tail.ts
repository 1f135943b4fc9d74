/** The end of what a child wrote to its standard error: the only word of a process that died. */
import type { Readable } from 'node:stream';

const CHARACTERS_MAX = 8192;

/** Starts to collect; the function gives what has come so far. */
export function collectTail(stream: Readable | null): () => string {
  let tail = '';
  stream?.setEncoding('utf8');
  stream?.on('data', (text: string) => {
    tail = (tail + text).slice(-CHARACTERS_MAX);
  });
  return () => tail.trim();
}
