import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type ObjectStore, openObjectStore } from '@trainyard/storage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import { ARCHIVE_LIMITS, type Archive, type ArchiveLimits } from './archive.js';
import { openArchive } from './open-archive.js';

let root: string;
let store: ObjectStore;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'trainyard-zip-'));
  store = openObjectStore({ root });
});
afterAll(() => rm(root, { recursive: true }));

interface Content {
  path: string;
  bytes?: Uint8Array;
  mode?: number;
  compress?: boolean;
}

function zipped(contents: readonly Content[]): Promise<Buffer> {
  const zip = new ZipFile();
  for (const { path, bytes, ...options } of contents) {
    if (path.endsWith('/')) zip.addEmptyDirectory(path);
    else zip.addBuffer(Buffer.from(bytes ?? [1, 2, 3]), path, options);
  }
  zip.end();
  return buffer(zip.outputStream);
}

async function openBytes(bytes: Uint8Array, limits: ArchiveLimits = ARCHIVE_LIMITS): Promise<Archive> {
  await store.write('archive', bytes);
  return openArchive(store, 'archive', limits);
}

const refused = (detail: RegExp) => ({ code: 'invalid_archive', detail: expect.stringMatching(detail) });

/** The same zip file with a field of its first entry changed: in its local header, its directory entry, or both. */
function patched(zip: Buffer, place: { local?: number; central?: number }, value: number, bytes: 2 | 4): Buffer {
  const copy = Buffer.from(zip);
  const central = copy.indexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02]));
  if (place.local !== undefined) copy.writeUIntLE(value, place.local, bytes);
  if (place.central !== undefined) copy.writeUIntLE(value, central + place.central, bytes);
  return copy;
}

describe('a zip file', () => {
  const noise = Uint8Array.from({ length: 300_000 }, (_, index) => (index * index) % 251);

  it.each([true, false])('gives back its entries, whole and as streams (compressed: %s)', async (compress) => {
    const archive = await openBytes(
      await zipped([
        { path: 'b/x', bytes: noise, compress },
        { path: 'a', compress },
      ]),
    );
    expect(archive.entries).toMatchObject([
      { path: 'a', bytes: 3, isFolder: false },
      { path: 'b/x', bytes: 300_000, isFolder: false },
    ]);
    const [small, large] = archive.entries;
    expect([...(await archive.read(small, 3))]).toEqual([1, 2, 3]);
    expect(Buffer.compare(await archive.read(large, 1e6), noise)).toBe(0);
    const chunks: Uint8Array[] = [];
    for await (const chunk of archive.stream(large)) chunks.push(chunk);
    expect(chunks.length).toBeGreaterThan(1);
    expect(Buffer.compare(Buffer.concat(chunks), noise)).toBe(0);
    await archive.close();
  });

  it('leaves out what operating systems add, links and second entries of a name', async () => {
    const paths = ['__MACOSX/._x.png', 'c/.DS_Store', 'c/Thumbs.db', '.git/config', 'c/', './c/x.png', 'c/x.png'];
    const contents: Content[] = [...paths.map((path) => ({ path })), { path: 'c/link.png', mode: 0o120777 }];
    const archive = await openBytes(await zipped(contents));
    expect(archive.entries.map(({ path, isFolder }) => path + (isFolder ? '/' : ''))).toEqual(['c/', 'c/x.png']);
    expect(archive.skipped).toEqual([
      { file: 'c/x.png', reason: 'an entry of the same name came before it' },
      { file: 'c/link.png', reason: 'it is a symbolic link' },
    ]);
    await archive.close();
  });

  it('has the same name for an entry however its accents were written', async () => {
    const archive = await openBytes(await zipped([{ path: 'cafe\u0301/x' }, { path: 'caf\u00e9/y' }]));
    expect(archive.entries.map(({ path }) => path)).toEqual(['caf\u00e9/x', 'caf\u00e9/y']);
    await archive.close();
  });

  it('says of a damaged entry that it is, and still reads the others', async () => {
    const zip = await zipped([
      { path: 'a', bytes: noise, compress: false },
      { path: 'b', bytes: noise },
    ]);
    const archive = await openBytes(zip.fill(7, 1000, 1100));
    const [a, b] = archive.entries;
    await expect(archive.read(a, 1e6)).rejects.toMatchObject(refused(/"a" is damaged/));
    const drain = async () => {
      for await (const _ of archive.stream(a));
    };
    await expect(drain()).rejects.toMatchObject(refused(/"a" is damaged/));
    expect(Buffer.compare(await archive.read(b, 1e6), noise)).toBe(0);
    await archive.close();
  });

  it('does not unpack an entry that is larger than it says, or than is allowed', async () => {
    const zip = await zipped([{ path: 'a', bytes: new Uint8Array(1_000_000) }]);
    const lying = await openBytes(patched(zip, { local: 22, central: 24 }, 1000, 4));
    await expect(lying.read(lying.entries[0], 1e6)).rejects.toMatchObject(refused(/"a" is damaged/));
    await lying.close();
    const honest = await openBytes(zip);
    await expect(honest.read(honest.entries[0], 999_999)).rejects.toMatchObject(refused(/larger than 999999 bytes/));
    await honest.close();
  });
});

describe('an archive that is refused', () => {
  it.each([
    ['text', new TextEncoder().encode('no archive'), /not a zip file/],
    ['nothing', new Uint8Array(0), /not a zip file/],
    ['a gzip file', Uint8Array.of(0x1f, 0x8b, 8, 0), /is a gzip file/],
    ['an image', Uint8Array.of(0x89, 0x50, 0x4e, 0x47), /is a PNG image/],
  ])('is %s', async (_, bytes, detail) => {
    await expect(openBytes(bytes)).rejects.toMatchObject(refused(detail));
  });

  it('is one that was cut short', async () => {
    const zip = await zipped([{ path: 'a/x' }, { path: 'b/x' }]);
    await expect(openBytes(zip.subarray(0, zip.length - 10))).rejects.toMatchObject(refused(/only the beginning/));
  });

  it('is one with names that lead out of it', async () => {
    const zip = await zipped([{ path: 'abcdefgh/x' }]);
    const slipping = Buffer.from(zip.toString('latin1').replaceAll('abcdefgh', '../../..'), 'latin1');
    await expect(openBytes(slipping)).rejects.toMatchObject(refused(/invalid relative path/));
  });

  it('is one with an encrypted entry', async () => {
    const zip = await zipped([{ path: 'a/x' }]);
    await expect(openBytes(patched(zip, { local: 6, central: 8 }, 1, 2))).rejects.toMatchObject(refused(/encrypted/));
  });

  it('is one with more entries, or more data, than is allowed', async () => {
    const zip = await zipped([
      { path: 'a', bytes: new Uint8Array(500) },
      { path: 'b', bytes: new Uint8Array(501) },
    ]);
    await expect(openBytes(zip, { entries: 1, totalBytes: 1e9 })).rejects.toMatchObject(refused(/more than 1 entries/));
    const tooLarge = openBytes(zip, { entries: 9, totalBytes: 1000 });
    await expect(tooLarge).rejects.toMatchObject(refused(/more than 1000 bytes/));
    await (await openBytes(zip, { entries: 2, totalBytes: 1001 })).close();
  });

  it('is one whose entries overlap, however small each of them says it is', async () => {
    const zip = await zipped([
      { path: 'a', bytes: new Uint8Array(9000).map((_, index) => index % 7), compress: false },
    ]);
    const central = zip.indexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02]));
    const end = zip.indexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
    const entry = zip.subarray(central, end);
    const second = Buffer.from(entry);
    second.write('b', 46, 'latin1');
    const tail = Buffer.from(zip.subarray(end));
    tail.writeUInt16LE(2, 8);
    tail.writeUInt16LE(2, 10);
    tail.writeUInt32LE(2 * entry.length, 12);
    const overlapping = Buffer.concat([zip.subarray(0, central), entry, second, tail]);
    await expect(openBytes(overlapping)).rejects.toMatchObject(refused(/overlap/));
  });
});
