// Archives that were made to do harm, or that are damaged: each is refused with a reason, or read without harm.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { TrainyardError } from '@trainyard/contracts';
import { type ObjectStore, openObjectStore } from '@trainyard/storage';
import { describe, expect, it } from 'vitest';
import type { Archive } from '../../packages/datasets/src/archive/archive.js';
import { openArchive } from '../../packages/datasets/src/archive/open-archive.js';
import { buildTar, buildZip, imageFolderContents, storeAsZstd } from '../fixtures/index.js';
import { createTestFolder, sharedData } from '../setup/index.js';
import { createTestStore, ingest, keysBelow } from './store.js';

function archivesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(zip|tar)$/.test(name))
    .sort();
}

/** `path` for an entry that was read, `path: reason` for one that was not; or why the archive is refused. */
async function readAll(
  store: ObjectStore,
  bytes: Uint8Array,
  onRead: (path: string, bytes: Uint8Array) => void = () => {},
): Promise<string[] | string> {
  await store.write('archive', bytes);
  let archive: Archive;
  try {
    archive = await openArchive(store, 'archive', { unpackTo: 'unpacked' });
  } catch (error) {
    return reasonOf(error);
  }
  const found: string[] = archive.skipped.map(({ file, reason }) => `${file}: ${reason}`);
  for (const entry of archive.entries) {
    const read = await archive.read(entry, 1e7).catch(reasonOf);
    if (typeof read !== 'string') onRead(entry.path, read);
    found.push(typeof read === 'string' ? `${entry.path}: ${read}` : entry.path);
  }
  await archive.close();
  return found;
}

/** Only an error that is meant for a person is a refusal. */
function reasonOf(error: unknown): string {
  if (error instanceof TrainyardError && error.code === 'invalid_archive') return error.detail;
  throw error;
}

describe('zip files from the tests of other programs', () => {
  /** Files that cannot be read as a whole, by how their names begin. */
  const REFUSED: readonly [string, RegExp][] = [
    ['End of central directory record', /no archive, or only the beginning of a zip file/],
    ['Invalid comment length', /Invalid comment length/],
    ['absolute path', /absolute path: "(C:)?\/a?xt|absolute path: "\/atxt/],
    ['compressed uncompressed size mismatch', /size mismatch/],
    ['extra field length', /extra field length exceeds/],
    ['file data overflows', /would unpack to more than 200 times its size/],
    ['invalid central directory', /invalid central directory file header/],
    ['invalid relative path', /invalid relative path: "..\/xt"/],
    ['invalid zip64', /invalid zip64/],
    ['multi-disk', /multi-disk zip files are not supported/],
    ['strong encryption', /strong encryption is not supported/],
    ['unexpected EOF', /would unpack to more than/],
    ['zip64 extended', /zip64 extended information extra field/],
    ['traditional-encryption', /"a\.(bin|txt)" is encrypted. Make the zip file again without a password/],
  ];
  /** Files of which entries cannot be read; what is not named here is read whole. */
  const PARTLY_READ: Readonly<Record<string, string[]>> = {
    'invalid code lengths set.zip': ['index.js: "index.js" is damaged. Make the archive again.'],
    'invalid local file header signature 0x3034b50.zip': [
      'a.txt',
      'b.txt: "b.txt" is not where the directory of the zip file says. Make the archive again.',
    ],
    'not enough bytes in the stream expected 2048576 got only 1000000.zip': [
      'zeros.bin: "zeros.bin" is damaged. Make the archive again.',
    ],
    'too many bytes in the stream expected 82496 got at least 98304.zip': [
      'zeros.bin: "zeros.bin" is damaged. Make the archive again.',
    ],
    'too many length or distance symbols.zip': ['index.js: "index.js" is damaged. Make the archive again.'],
    'unsupported compression method 1.zip': [
      'b.txt: it is packed with method 1; only stored and deflated entries can be read',
      'a.txt',
    ],
    'bogus-compression-method.zip': [
      'index.js: it is packed with method 7; only stored and deflated entries can be read',
    ],
  };

  it('are refused, or read as far as they can be, each with its reason', async (context) => {
    const folder = sharedData(context, 'bad-inputs/yauzl-zips');
    const store = createTestStore();
    const files = archivesBelow(folder);
    expect(files).toHaveLength(46);
    for (const file of files) {
      const name = basename(file);
      const found = await readAll(store, readFileSync(join(folder, file)));
      const [, reason] = REFUSED.find(([start]) => name.startsWith(start)) ?? [];
      if (reason) expect(found, name).toMatch(reason);
      else if (name in PARTLY_READ) expect(found, name).toEqual(PARTLY_READ[name]);
      else expect(found, name).toEqual((found as string[]).filter((entry) => !entry.includes(':')));
    }
  });
});

describe('archives with names that lead out', () => {
  it('are refused as zip and as tar, packed or not, and write nothing anywhere', async (context) => {
    const folder = sharedData(context, 'bad-inputs/zip-slip');
    const files = archivesBelow(folder);
    expect(files).toHaveLength(4);
    const outside = createTestFolder();
    const store = openObjectStore({ root: join(outside, 'a/b/c/objects') });
    for (const file of files) {
      const bytes = readFileSync(join(folder, file));
      const forms = file.endsWith('.tar') ? [bytes, gzipSync(bytes), storeAsZstd(bytes)] : [bytes];
      for (const form of forms) {
        const detail = expect.stringMatching(/invalid relative path: ".*evil.txt"/);
        await expect(ingest(store, form), file).rejects.toMatchObject({ code: 'invalid_archive', detail });
        expect(await keysBelow(store, ''), file).toEqual(['uploads/ds_1/source']);
      }
    }
    expect(readdirSync(outside)).toEqual(['a']);
    expect(readdirSync(join(outside, 'a/b/c'))).toEqual(['objects']);
    for (const place of ['/tmp/evil.txt', '/Temp/evil.txt']) expect(existsSync(place)).toBe(false);
  });
});

describe('an archive with any byte of it changed', () => {
  /** One after another, so that what fails can be repeated. */
  function* places(length: number, count: number): Generator<number> {
    for (let index = 0, state = 12_345; index < count; index++) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      yield state % length;
    }
  }

  const contents = imageFolderContents({ classes: ['a', 'b'], perClass: 2, size: 4 });
  const originals = new Map(contents.map(({ path, bytes }) => [path, Buffer.from(bytes ?? [])]));

  it.each<[string, () => Promise<Uint8Array>, { isChecked: boolean }]>([
    ['zip', () => buildZip(contents.map((content) => ({ ...content, store: false }))), { isChecked: true }],
    ['tar', () => buildTar(contents), { isChecked: false }],
    ['tar.gz', async () => gzipSync(await buildTar(contents)), { isChecked: true }],
    ['tar.zst', async () => storeAsZstd(await buildTar(contents)), { isChecked: false }],
  ])('is read or refused as a %s, and never ends the program', async (_, build, { isChecked }) => {
    const store = createTestStore();
    const bytes = await build();
    let refused = 0;
    for (const place of places(bytes.byteLength, 300)) {
      const changed = Buffer.from(bytes);
      changed[place] ^= 0xff;
      await store.remove('unpacked');
      const found = await readAll(store, changed, (path, read) => {
        const original = originals.get(path);
        if (isChecked && original) expect(original.equals(read), `byte ${place}`).toBe(true);
      });
      if (typeof found === 'string') refused++;
    }
    expect(refused).toBeGreaterThan(10);
    for (const length of places(bytes.byteLength, 50)) {
      await store.remove('unpacked');
      const found = await readAll(store, bytes.subarray(0, length));
      // Of what a tar file ends with, nothing is missed.
      if (typeof found !== 'string') expect(found, `${length} bytes`).toEqual([...originals.keys()]);
    }
  });
});
