import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileWriter } from './file-writer.js';

/** Threads run what was built. */
const SCRIPT = new URL('../dist/file-thread.js', import.meta.url);

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'file-writer-'));
});
afterEach(() => rm(folder, { recursive: true }));

const order = (name: string, bytes: Uint8Array) => ({
  temporary: join(folder, `${name}.tmp`),
  path: join(folder, name),
  bytes,
});

/** More than is written at once, and no whole number of that. */
function sharedBytes(length = 2_500_001): Uint8Array {
  const bytes = new Uint8Array(new SharedArrayBuffer(length));
  bytes.forEach((_, i) => {
    bytes[i] = i % 251;
  });
  return bytes;
}

/** Keeps this thread, as native code would. */
function waitFor(holds: () => boolean): void {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (const end = Date.now() + 10_000; !holds() && Date.now() < end; ) Atomics.wait(pause, 0, 0, 10);
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('FileWriter', () => {
  it('writes what lies in shared memory and answers its hash, one file after another', async () => {
    const writer = new FileWriter(SCRIPT);
    const [large, empty] = [sharedBytes(), sharedBytes(0)];
    const hashes = [writer.write(order('large', large)), writer.write(order('empty', empty))];
    expect(await Promise.all(hashes)).toEqual([sha256(large), sha256(empty)]);
    expect(sha256(await readFile(join(folder, 'large')))).toBe(sha256(large));
    expect(await readFile(join(folder, 'empty'))).toHaveLength(0);
  });

  it('gets on while the thread that asked does not turn', async () => {
    const writer = new FileWriter(SCRIPT);
    await writer.write(order('first', sharedBytes()));
    const bytes = sharedBytes();
    const written = writer.write(order('second', bytes));
    waitFor(() => statSync(join(folder, 'second'), { throwIfNoEntry: false })?.size === bytes.length);
    // Memory that is changed now comes too late to change the file.
    bytes.fill(0);
    expect(await written).toBe(sha256(sharedBytes()));
  });

  it('says what the system says, with its code, and goes on', async () => {
    const writer = new FileWriter(SCRIPT);
    const bytes = sharedBytes(3);
    await writeFile(join(folder, 'taken.tmp'), '');
    await expect(writer.write(order('taken', bytes))).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(writer.write(order('no/folder', bytes))).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await writer.write(order('other', bytes))).toBe(sha256(bytes));
    expect((await readdir(folder)).sort()).toEqual(['other', 'taken.tmp']);
  });
});
