import { mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LocalStore } from './local-store.js';
import { describeObjectStore, type OpenedStore } from './object-store.conformance.js';

async function bytesBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size + 1),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function open(): Promise<OpenedStore & { root: string }> {
  const root = await mkdtemp(join(tmpdir(), 'trainyard-store-'));
  return {
    root,
    store: new LocalStore(join(root, 'objects')),
    strayBytes: async () =>
      (await bytesBelow(join(root, 'objects', '.incoming'))) + (await bytesBelow(join(root, 'objects', '.appending'))),
    dispose: () => rm(root, { recursive: true }),
  };
}

describeObjectStore('a local folder', open);

describe('a local folder', () => {
  it('says unavailable when its folder cannot be made', async () => {
    const { root, dispose } = await open();
    await writeFile(join(root, 'file'), 'x');
    await expect(new LocalStore(join(root, 'file')).check()).rejects.toMatchObject({ code: 'unavailable' });
    await dispose();
  });

  it('clears away what a killed process left behind, and not what is being written', async () => {
    const { root, store, dispose } = await open();
    await store.write('key', new Uint8Array(1));
    const incoming = join(root, 'objects', '.incoming');
    await writeFile(join(incoming, 'old'), 'x');
    await writeFile(join(incoming, 'fresh'), 'x');
    const twoDaysAgo = new Date(Date.now() - 48 * 3600 * 1000);
    await utimes(join(incoming, 'old'), twoDaysAgo, twoDaysAgo);
    await new LocalStore(join(root, 'objects')).write('other', new Uint8Array(1));
    expect(await readdir(incoming)).toEqual(['fresh']);
    await dispose();
  });
});
