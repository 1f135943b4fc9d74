// The object store on a disk that is full.
import { readdirSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openObjectStore } from '@trainyard/storage';
import { expect, it } from 'vitest';
import { createSmallDisk } from '../setup/small-disk.js';

const DISK_BYTES = 1024 * 1024;

it('says that it is full, leaves nothing of the write, keeps what was there, and works again with room', async (context) => {
  const disk = createSmallDisk(context, DISK_BYTES);
  const store = openObjectStore({ root: join(disk, 'objects') });
  const old = new Uint8Array(1000).fill(1);
  await store.write('checkpoints/a', old);
  await writeFile(join(disk, 'ballast'), new Uint8Array(DISK_BYTES / 2));
  const large = new Uint8Array(DISK_BYTES * 0.75).fill(2);
  for (const key of ['checkpoints/a', 'checkpoints/b']) {
    await expect(store.write(key, large)).rejects.toMatchObject({ code: 'storage_full' });
  }
  expect(readdirSync(join(disk, 'objects', '.incoming'))).toEqual([]);
  expect(new Uint8Array(await store.readBytes('checkpoints/a'))).toEqual(old);
  expect(await store.stat('checkpoints/b')).toBeNull();
  await rm(join(disk, 'ballast'));
  await store.write('checkpoints/b', large);
  expect(await store.stat('checkpoints/b')).toEqual({ bytes: large.length });
});
