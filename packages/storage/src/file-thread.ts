/** A thread that writes files: see `FileWriter`. */
import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import type { FileAnswer, FileOrder } from './file-writer.js';
import { errorCode } from './missing-files.js';
import { moveInto } from './move-into.js';

/** What is hashed and written at once: small enough to be in the processor's cache still when it is written. */
const PIECE_BYTES = 1024 ** 2;

/** One after another, in the order in which they are asked for. */
let last = Promise.resolve();
parentPort?.on('message', (order: FileOrder) => {
  last = last.then(async () => parentPort?.postMessage(await answerTo(order)));
});

/** An error that is sent to another thread loses its code, so it goes as a plain object. */
async function answerTo({ temporary, path, bytes }: FileOrder): Promise<FileAnswer> {
  try {
    const sha256 = writeFlushed(temporary, bytes);
    await moveInto(temporary, path);
    return { sha256 };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { failure: { message, code: String(errorCode(error) ?? '') } };
  }
}

/** Answers the hash of what was written. */
function writeFlushed(path: string, bytes: Uint8Array): string {
  const file = openSync(path, 'wx');
  try {
    const hash = createHash('sha256');
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      const piece = bytes.subarray(at, at + PIECE_BYTES);
      hash.update(piece);
      for (let written = 0; written < piece.length; ) written += writeSync(file, piece, written);
    }
    fsyncSync(file);
    return hash.digest('hex');
  } finally {
    closeSync(file);
  }
}
