/** An entry of an archive to be read at any place, also where it is compressed. */
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RandomAccess } from '@trainyard/storage';
import type { Archive, ArchiveEntry } from '../../archive/archive.js';

/**
 * The entry where it lies; a compressed one in a temporary file, which has no name any more once it is open, so that
 * nothing is left of it whatever happens. The caller closes it.
 */
export async function accessEntry(archive: Archive, entry: ArchiveEntry): Promise<RandomAccess> {
  return (await archive.randomAccess(entry)) ?? unpackEntry(archive, entry);
}

async function unpackEntry(archive: Archive, entry: ArchiveEntry): Promise<RandomAccess> {
  const file = await openNameless();
  try {
    let bytes = 0;
    for await (const chunk of archive.stream(entry)) {
      await file.writeFile(chunk);
      bytes += chunk.byteLength;
    }
    const read = async (offset: number, length: number) => {
      const buffer = new Uint8Array(Math.max(0, Math.min(length, bytes - offset)));
      const { bytesRead } = await file.read(buffer, 0, buffer.byteLength, offset);
      return buffer.subarray(0, bytesRead);
    };
    return { bytes, read, close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openNameless() {
  const folder = await mkdtemp(join(tmpdir(), 'trainyard-entry-'));
  try {
    return await open(join(folder, 'entry'), 'wx+', 0o600);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
