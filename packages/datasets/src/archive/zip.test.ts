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
  return openArchive(store, 'archive', { unpackTo: 'unpacked', limits });
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

/** The same zip file with other bytes in a name, not marked as UTF-8, and another host for all entries. */
function renamed(zip: Buffer, from: string, to: Buffer, host: number): Buffer {
  if (to.length !== from.length) throw new Error('A name can only be replaced by one of its length');
  const copy = Buffer.from(zip);
  for (let at = copy.indexOf(from); at >= 0; at = copy.indexOf(from, at)) copy.set(to, at);
  const central = Buffer.from([0x50, 0x4b, 0x01, 0x02]);
  for (let at = copy.indexOf(central); at >= 0; at = copy.indexOf(central, at + 1)) {
    copy[at + 5] = host;
    copy.writeUInt16LE(copy.readUInt16LE(at + 8) & ~0x800, at + 8);
  }
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

  it('leaves out what operating systems add, and links', async () => {
    const paths = ['__MACOSX/._x.png', 'c/.DS_Store', 'c/Thumbs.db', '.git/config', 'c/', 'c//', './c/x.png'];
    const contents: Content[] = [...paths.map((path) => ({ path })), { path: 'c/link.png', mode: 0o120777 }];
    const archive = await openBytes(await zipped(contents));
    expect(archive.entries.map(({ path, isFolder }) => path + (isFolder ? '/' : ''))).toEqual(['c/', 'c/x.png']);
    expect(archive.skipped).toEqual([{ file: 'c/link.png', reason: 'it is a symbolic link', code: 'unusable_entry' }]);
    await archive.close();
  });

  it('has the same name for an entry however its accents were written', async () => {
    const archive = await openBytes(await zipped([{ path: 'cafe\u0301/x' }, { path: 'caf\u00e9/y' }]));
    expect(archive.entries.map(({ path }) => path)).toEqual(['caf\u00e9/x', 'caf\u00e9/y']);
    await archive.close();
  });

  it.each([
    ['UTF-8 that is not marked as such', Buffer.from('forêts'), 3, 'forêts'],
    ['code page 437, written under DOS', Buffer.from([0x66, 0x6f, 0x72, 0x88, 0x74, 0x73, 0x73]), 0, 'forêtss'],
  ])('reads names in %s', async (_, name, host, expected) => {
    const archive = await openBytes(renamed(await zipped([{ path: 'forests/x' }]), 'forests', name, host));
    expect(archive.entries.map(({ path }) => path)).toEqual([`${expected}/x`]);
    await archive.close();
  });

  it('lists entries whose names are in no encoding that can be told', async () => {
    const zip = await zipped([{ path: 'forests/x' }, { path: 'a/x' }]);
    const archive = await openBytes(
      renamed(zip, 'forests', Buffer.from([0x66, 0x6f, 0x72, 0x88, 0x74, 0x73, 0x73]), 3),
    );
    expect(archive.entries.map(({ path }) => path)).toEqual(['a/x']);
    expect(archive.skipped).toEqual([
      { file: 'for\ufffdtss/x', reason: expect.stringMatching(/not in UTF-8/), code: 'unusable_entry' },
    ]);
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
    ['text', new TextEncoder().encode('no archive'), /is no archive/],
    ['nothing', new Uint8Array(0), /is no archive/],
    ['an xz file', Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0), /is an xz file/],
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

  it.each(['/abcdefg/x', 'C:/defgh/x', '..\\..\\..\\x'])('is one with a name like %s', async (name) => {
    const zip = await zipped([{ path: 'abcdefghix'.slice(0, name.length) }]);
    const named = Buffer.from(zip.toString('latin1').replaceAll('abcdefghix'.slice(0, name.length), name), 'latin1');
    await expect(openBytes(named)).rejects.toMatchObject(refused(/absolute path|relative path/));
  });

  it('is one with two files of one name', async () => {
    const zip = await zipped([{ path: './c/x.png' }, { path: 'c/x.png' }]);
    await expect(openBytes(zip)).rejects.toMatchObject(refused(/"c\/x.png" is in the archive twice/));
    const folder = await zipped([{ path: 'c/' }, { path: 'c' }]);
    await expect(openBytes(folder)).rejects.toMatchObject(refused(/"c" is in the archive twice/));
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
    const limited = (limits: Partial<ArchiveLimits>) => openBytes(zip, { ...ARCHIVE_LIMITS, ...limits });
    await expect(limited({ entries: 1 })).rejects.toMatchObject(refused(/more than 1 entries/));
    await expect(limited({ totalBytes: 1000 })).rejects.toMatchObject(refused(/more than 1000 bytes/));
    await (await limited({ entries: 2, totalBytes: 1001 })).close();
  });

  it('is one that claims to unpack to very many times its size', async () => {
    const zip = await zipped([{ path: 'a', bytes: new Uint8Array(100_000) }]);
    const limited = (limits: Partial<ArchiveLimits>) => openBytes(zip, { ...ARCHIVE_LIMITS, ...limits });
    const bomb = limited({ ratioFromBytes: 10_000 });
    await expect(bomb).rejects.toMatchObject(refused(/more than 200 times its size/));
    await (await limited({ ratioFromBytes: 100_000 })).close();
    await (await limited({ ratioFromBytes: 10_000, ratio: 1000 })).close();
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

  it('is one whose entries overlap in a file that is large enough for them', async () => {
    const zip = await zipped([
      { path: 'a', bytes: new Uint8Array(900).fill(1), compress: false },
      { path: 'b', bytes: new Uint8Array(9000).fill(2), compress: false },
      { path: 'c', bytes: new Uint8Array(900).fill(3), compress: false },
    ]);
    const third = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02]));
    const overlapping = Buffer.from(zip);
    overlapping.writeUInt32LE(2000, third + 42);
    await expect(openBytes(overlapping)).rejects.toMatchObject(refused(/overlap/));
  });
});
