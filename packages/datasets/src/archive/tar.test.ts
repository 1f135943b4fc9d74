import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type ObjectStore, openObjectStore } from '@trainyard/storage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ARCHIVE_LIMITS, type Archive, type ArchiveLimits } from './archive.js';
import { openArchive } from './open-archive.js';

let root: string;
let store: ObjectStore;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'trainyard-tar-'));
  store = openObjectStore({ root });
});
afterAll(() => rm(root, { recursive: true }));

interface Block {
  name?: string | Buffer;
  data?: string | Uint8Array;
  type?: string;
  prefix?: string;
  /** In place of the octal digits of the length of the data. */
  size?: Buffer;
  magic?: string;
  /** Bytes at other places of the header. */
  patch?: Record<number, number>;
}

/** A header and its data. */
function block({
  name = 'a/x',
  data = '',
  type = '0',
  prefix = '',
  size,
  magic = 'ustar\x0000',
  patch = {},
}: Block): Buffer {
  const header = Buffer.alloc(512);
  const bytes = Buffer.from(data);
  header.set(Buffer.from(name).subarray(0, 100), 0);
  header.set(size ?? Buffer.from(`${bytes.length.toString(8).padStart(11, '0')}\0`), 124);
  header.write('        ', 148);
  header.write(type, 156);
  header.write(magic, 257);
  header.write(prefix, 345);
  for (const [place, value] of Object.entries(patch)) header[Number(place)] = value;
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

const END = Buffer.alloc(1024);

function tarred(...blocks: readonly Block[]): Buffer {
  return Buffer.concat([...blocks.map(block), END]);
}

function pax(records: Record<string, string | Buffer>, type = 'x'): Block {
  const lines = Object.entries(records).map(([key, value]) => {
    const rest = Buffer.concat([Buffer.from(` ${key}=`), Buffer.from(value), Buffer.from('\n')]);
    const digits = String(rest.length + String(rest.length + 3).length);
    return Buffer.concat([Buffer.from(digits), rest]);
  });
  return { name: 'PaxHeaders/x', type, data: Buffer.concat(lines) };
}

async function openBytes(bytes: Uint8Array, limits: Partial<ArchiveLimits> = {}): Promise<Archive> {
  await store.write('archive', bytes);
  await store.remove('unpacked');
  return openArchive(store, 'archive', { unpackTo: 'unpacked', limits: { ...ARCHIVE_LIMITS, ...limits } });
}

/** Paths and contents of the entries. */
async function contentsOf(bytes: Uint8Array): Promise<Record<string, string>> {
  const archive = await openBytes(bytes);
  const contents: Record<string, string> = {};
  for (const entry of archive.entries) {
    const read = await archive.read(entry, 1000);
    contents[entry.path + (entry.isFolder ? '/' : '')] = Buffer.from(read).toString();
  }
  await archive.close();
  return contents;
}

const refused = (detail: RegExp) => ({ code: 'invalid_archive', detail: expect.stringMatching(detail) });
const long = (length: number) => `${'n'.repeat(length)}/x`;

describe('the entries of a tar file', () => {
  it('are read at their places, whole and as streams', async () => {
    const noise = Uint8Array.from({ length: 700_000 }, (_, index) => (index * index) % 251);
    const archive = await openBytes(
      tarred({ name: 'b/y', data: noise }, { name: 'b/', type: '5' }, { name: 'a/x', data: 'hi' }),
    );
    expect(archive.entries.map(({ path, bytes, isFolder }) => [path, bytes, isFolder])).toEqual([
      ['a/x', 2, false],
      ['b', 0, true],
      ['b/y', 700_000, false],
    ]);
    const y = archive.entries[2];
    expect(Buffer.compare(await archive.read(y, 700_000), noise)).toBe(0);
    const chunks: Uint8Array[] = [];
    for await (const chunk of archive.stream(y)) chunks.push(chunk);
    expect(chunks.length).toBeGreaterThan(1);
    expect(Buffer.compare(Buffer.concat(chunks), noise)).toBe(0);
    await expect(archive.read(y, 699_999)).rejects.toMatchObject(refused(/"b\/y" is larger than 699999 bytes/));
    await archive.close();
  });

  it.each<[string, Block[], string]>([
    ['v7 of Unix', [{ name: 'a/x', magic: '', data: '1' }], 'a/x'],
    ['v7 of Unix, with a zero for the type', [{ name: 'a/x', type: '\0', magic: '', data: '1' }], 'a/x'],
    ['ustar, with a prefix', [{ name: 'x', prefix: long(120).slice(0, -2), data: '1' }], long(120)],
    ['GNU tar, with its long name', [{ type: 'L', data: `${long(300)}\0` }, { data: '1' }], long(300)],
    ['GNU tar, with other things in the prefix', [{ magic: 'ustar  \0', prefix: '1234', data: '1' }], 'a/x'],
    ['pax', [pax({ mtime: '1.5', path: long(200) }), { data: '1' }], long(200)],
    ['pax, with a size', [pax({ size: '1' }), { data: '1', size: Buffer.alloc(12, '7') }], 'a/x'],
    ['pax, with remarks on all', [pax({ comment: 'x' }, 'g'), { data: '1' }], 'a/x'],
    ['star, with a binary size', [{ data: '1', size: Buffer.from(`${'80'.padEnd(22, '0')}01`, 'hex') }], 'a/x'],
    ['a Windows program', [{ name: 'a\\b\\x', data: '1' }], 'a/b/x'],
    [
      'a Mac, with a file beside it',
      [
        { name: './._a', data: '?' },
        { name: './a', data: '1' },
      ],
      'a',
    ],
  ])('are found in the format of %s', async (_, blocks, path) => {
    expect(await contentsOf(tarred(...blocks))).toEqual({ [path]: '1' });
  });

  it('have a name that a long name gives to the next alone', async () => {
    const blocks = [pax({ path: 'p/long' }), { name: 'short', data: '1' }, { name: 'a/y', data: '2' }];
    expect(await contentsOf(tarred(...blocks))).toEqual({ 'p/long': '1', 'a/y': '2' });
  });

  it('are those of each part where tar files were joined', async () => {
    const joined = Buffer.concat([
      tarred({ name: 'a/x', data: '1' }),
      Buffer.alloc(9216),
      tarred({ name: 'b/x', data: '2' }),
    ]);
    expect(await contentsOf(Buffer.concat([joined, Buffer.alloc(5120)]))).toEqual({ 'a/x': '1', 'b/x': '2' });
  });

  it.each<[string, Block[], RegExp]>([
    ['a hard link', [{ type: '1', name: 'odd' }], /hard link/],
    [
      'a symbolic link, whatever size it claims',
      [{ type: '2', name: 'odd', size: Buffer.from('00000100000\0') }],
      /symbolic link/,
    ],
    ['a device', [{ type: '3', name: 'odd' }], /device/],
    ['something unknown', [{ type: 'Q', name: 'odd', data: 'abc' }], /not known \("Q"\)/],
    ['a sparse file of pax', [pax({ 'GNU.sparse.major': '1' }), { name: 'odd', data: 'abc' }], /sparse/],
    ['a sparse file of GNU tar', [{ type: 'S', name: 'odd', data: 'abc' }], /sparse/],
    ['no UTF-8 name', [{ name: Buffer.from([0x6f, 0xe9, 0x2e]), data: 'abc' }], /not in UTF-8/],
    ['no UTF-8 name in pax', [pax({ path: Buffer.from([0xff, 0xfe]) }), { data: 'abc' }], /not in UTF-8/],
  ])('are used without one that is %s, which is listed', async (_, odd, reason) => {
    const archive = await openBytes(tarred({ name: 'a/x', data: '1' }, ...odd, { name: 'z/x', data: '2' }));
    expect(archive.entries.map(({ path }) => path)).toEqual(['a/x', 'z/x']);
    expect(archive.skipped).toEqual([
      { file: expect.any(String), reason: expect.stringMatching(reason), code: 'unusable_entry' },
    ]);
    await archive.close();
  });

  it('are found behind the map of an old sparse file', async () => {
    const map = Buffer.alloc(1024);
    map[504] = 1;
    const sparse = block({ type: 'S', name: 'holes', patch: { 482: 1 } });
    const archive = await openBytes(Buffer.concat([sparse, map, block({ name: 'a/x', data: '1' }), END]));
    expect(archive.entries.map(({ path }) => path)).toEqual(['a/x']);
    await archive.close();
  });
});

describe('a tar file that is refused', () => {
  const file = block({ data: 'x'.repeat(600) });
  const claimed = (digits: string) => Buffer.from(`${digits.padStart(11, '0')}\0`);

  it.each<[string, Uint8Array, RegExp]>([
    ['has a name that leads out', tarred({ name: 'a/../../x' }), /invalid relative path: "a\/..\/..\/x"/],
    ['has a name that leads out of Windows', tarred({ name: '..\\..\\x' }), /invalid relative path/],
    ['has a name that leads out in pax', tarred(pax({ path: '../x' }), {}), /invalid relative path/],
    [
      'has a name that leads out and is no UTF-8',
      tarred({ name: Buffer.from([0x2e, 0x2e, 0x2f, 0xff]) }),
      /invalid relative/,
    ],
    ['has an absolute name', tarred({ name: '/etc/passwd' }), /absolute path/],
    ['has an absolute name of Windows', tarred({ name: 'C:\\x' }), /absolute path/],
    ['has a link with a name that leads out', tarred({ name: '../x', type: '2' }), /invalid relative path/],
    ['has two files of one name', tarred({ name: 'a/x' }, { name: './a/x' }), /"a\/x" is in the archive twice/],
    [
      'has a file where a folder is',
      tarred({ name: 'a/x' }, { name: 'a/x', type: '5' }),
      /"a\/x" is in the archive twice/,
    ],
    ['ends within a file', Buffer.concat([file.subarray(0, 1000)]), /cut short: it ends within "a\/x"/],
    ['ends within a header', Buffer.concat([file, file.subarray(0, 300)]), /cut short: it ends within a header/],
    ['has no end', Buffer.concat([file, file.subarray(0, 0)]), /no end mark/],
    ['says that a file is larger than it', tarred({ size: claimed('77777777777') }), /ends within "a\/x"/],
    [
      'says that a file is larger than numbers are',
      tarred({ size: Buffer.alloc(12, 0xff) }),
      /size in it is no number/,
    ],
    ['has a size that is no number', tarred({ size: Buffer.from('12345678abc\0') }), /size in it is no number/],
    [
      'has something else than headers',
      Buffer.concat([file, Buffer.alloc(512, 'x'), END]),
      /no header .* at byte 1536/,
    ],
    ['has a pax record that ends nowhere', tarred({ type: 'x', data: '999 path=x\n' }, {}), /pax record/],
    ['has a pax record without a length', tarred({ type: 'x', data: 'path=x\n' }, {}), /pax record/],
    ['has a pax size that is no number', tarred(pax({ size: '-5' }), {}), /pax record/],
    ['has a name of 2 MiB', tarred({ type: 'L', data: Buffer.alloc(2 ** 21, 'x') }, {}), /longer than any can be/],
  ])('%s', async (_, bytes, detail) => {
    await expect(openBytes(bytes)).rejects.toMatchObject(refused(detail));
    await expect(openBytes(gzipSync(bytes))).rejects.toMatchObject(refused(detail));
  });

  it('has names that would fill the memory, one by itself or all together', async () => {
    const named = (length: number) => [{ type: 'L', data: `a/${'n'.repeat(length - 2)}\0` }, {}];
    await expect(openBytes(tarred(...named(4097)))).rejects.toMatchObject(refused(/begins "a\/nnn.*longer than 4096/));
    const two = tarred(...named(4096), { name: 'b/x' });
    await expect(openBytes(two, { pathsLength: 4098 })).rejects.toMatchObject(refused(/more than 4098 .* together/));
    await (await openBytes(two, { pathsLength: 4099 })).close();
  });

  it('has more entries, or more data, than is allowed', async () => {
    const two = tarred({ name: 'a/x', data: 'x'.repeat(500) }, { name: 'b/x', data: 'x'.repeat(501) });
    await expect(openBytes(two, { entries: 1 })).rejects.toMatchObject(refused(/more than 1 entries/));
    await expect(openBytes(two, { totalBytes: 1000 })).rejects.toMatchObject(refused(/more than 1000 bytes/));
    await (await openBytes(two, { entries: 2, totalBytes: 1001 })).close();
  });

  it('unpacks to very many times its size, and nothing is kept of it', async () => {
    const bomb = gzipSync(tarred({ data: Buffer.alloc(10_000_000) }));
    const opening = openBytes(bomb, { ratioFromBytes: 1_000_000 });
    await expect(opening).rejects.toMatchObject(refused(/more than 200 times its size/));
    await expect(openBytes(bomb, { totalBytes: 1_000_000 })).rejects.toMatchObject(refused(/more than 1000000 bytes/));
    expect(await store.stat('unpacked')).toBeNull();
    await (await openBytes(bomb)).close();
  });
});
