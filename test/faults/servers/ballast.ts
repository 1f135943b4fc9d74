// Fills a disk to the last byte, and gives the room back.
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Large pieces first; then what is left of the last one. */
const PIECES_BYTES = [1024 * 1024, 4096, 1];

export class Ballast {
  readonly #path: string;

  /** In a folder of the disk. */
  constructor(folder: string) {
    this.#path = join(folder, 'ballast');
  }

  /** Takes all the room that there is now. */
  async fill(): Promise<void> {
    const file = await open(this.#path, 'a');
    try {
      for (const bytes of PIECES_BYTES) {
        const piece = new Uint8Array(bytes);
        while (await fits(() => file.write(piece)));
      }
    } finally {
      await file.close();
    }
  }

  async release(): Promise<void> {
    await rm(this.#path, { force: true });
  }
}

async function fits(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return false;
    throw error;
  }
}
