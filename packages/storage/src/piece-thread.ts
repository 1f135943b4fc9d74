/** A thread that reads pieces of files: see `ThreadedPieceReader`. */
import { readSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { PieceOrder, PieceThreadData } from './piece-reader.js';

/** What is read at once of a file that is read through; an order waits for it. */
const WARMED_BYTES = 1024 ** 2;

const { files, pieceBytes, isWarming }: PieceThreadData = workerData;

parentPort?.on('message', (order: PieceOrder) => parentPort?.postMessage(failureOf(order)));
// What cannot be read is said where it is asked for.
if (isWarming) for (const file of files) await readThrough(file).catch(() => {});

function failureOf(order: PieceOrder): string | null {
  try {
    readPieces(order);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Pieces that lie one behind another are read in one call. */
function readPieces({ objects, places, stage, at }: PieceOrder): void {
  const out = new Uint8Array(stage);
  let count: number;
  for (let first = 0; first < places.length; first += count) {
    const [object, place] = [objects[first], places[first]];
    count = 1;
    while (objects[first + count] === object && places[first + count] === place + count) count++;
    const bytes = fill(out, at + first * pieceBytes, count * pieceBytes, files[object], place * pieceBytes);
    if (bytes < count * pieceBytes) {
      throw new RangeError(
        `Expected ${count} pieces of ${pieceBytes} bytes from piece ${place} on. Received: ${bytes} bytes`,
      );
    }
  }
}

/** Answers how many bytes there were. */
function fill(out: Uint8Array, at: number, length: number, file: number, position: number): number {
  let filled = 0;
  while (filled < length) {
    const read = readSync(file, out, at + filled, length - filled, position + filled);
    if (read === 0) break;
    filled += read;
  }
  return filled;
}

/** Brings a file into the system's cache: one piece after another takes a disk a hundred times as long as in one go. */
async function readThrough(file: number): Promise<void> {
  const block = new Uint8Array(WARMED_BYTES);
  for (let at = 0; fill(block, 0, WARMED_BYTES, file, at) === WARMED_BYTES; at += WARMED_BYTES) await nextTurn();
}
