import { describe, expect, it } from 'vitest';
import { buildZip, imageFolderContents } from '../fixtures/index.js';
import { createTestStore, ingest, keysBelow } from './store.js';

const UPLOAD = 'uploads/ds_1/source';
const LIST = 'datasets/ds_1/skipped.jsonl';

/** Ten images of each of two classes, of which some are none. */
async function archiveWith(damaged: (path: string) => boolean): Promise<Buffer> {
  const contents = imageFolderContents({ classes: ['cat', 'dog'], perClass: 10, size: 8 });
  return buildZip(contents.map((each) => (damaged(each.path) ? { ...each, bytes: Buffer.from('no image') } : each)));
}

async function listed(store: ReturnType<typeof createTestStore>): Promise<string[]> {
  const lines = new TextDecoder()
    .decode(await store.readBytes(LIST))
    .trimEnd()
    .split('\n');
  return lines.map((line) => JSON.parse(line).file);
}

describe('an upload that fails', () => {
  it('because too much of it cannot be read leaves the list of that, and nothing else', async () => {
    const store = createTestStore();
    const archive = await archiveWith((path) => /000[0-3]/.test(path));
    const error = await ingest(store, archive, { options: { max_skipped: 0.39 } }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'invalid_dataset', detail: expect.stringMatching(/^8 of 20 images/) });
    expect(await keysBelow(store, '')).toEqual([LIST, UPLOAD]);
    expect((await listed(store)).sort()).toHaveLength(8);
    await ingest(store, archive, { options: { max_skipped: 0.4 } });
  });

  it('because a class has no image left leaves the list as well', async () => {
    const store = createTestStore();
    const archive = await archiveWith((path) => path.startsWith('dog/'));
    await expect(ingest(store, archive, { options: { max_skipped: 1 } })).rejects.toThrow('"dog"');
    expect((await listed(store)).every((file) => file.startsWith('dog/'))).toBe(true);
  });
});
