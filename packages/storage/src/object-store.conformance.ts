/** What every object store must do. An adapter's test file calls `describeObjectStore` with a way to open an empty one. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
// biome-ignore lint/correctness/noUndeclaredDependencies: only test files import this one
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ObjectStore } from './object-store.js';

export interface OpenedStore {
  store: ObjectStore;
  /** How many bytes the adapter holds outside of objects (temporary files, unfinished parts). */
  strayBytes(): Promise<number>;
  dispose(): Promise<void>;
}

const text = (value: string) => new TextEncoder().encode(value);

async function keysOf(store: ObjectStore, prefix = ''): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of store.list(prefix)) keys.push(key);
  return keys;
}

/** `megabytes` MiB made as they are asked for. */
function source(megabytes: number, onChunk: (index: number) => void = () => {}): Readable {
  return Readable.from(
    (async function* () {
      for (let index = 0; index < megabytes; index++) {
        onChunk(index);
        yield new Uint8Array(1024 * 1024).fill(index);
      }
    })(),
  );
}

export function describeObjectStore(name: string, open: () => Promise<OpenedStore>): void {
  describe(`${name} as an object store`, () => {
    let opened: OpenedStore;
    let store: ObjectStore;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.dispose());

    it('gives back the bytes that were written, with their count and digest', async () => {
      const bytes = text('hello');
      const written = await store.write('a/b', bytes);
      expect(written).toEqual({ bytes: 5, sha256: createHash('sha256').update(bytes).digest('hex') });
      expect(Buffer.from(await store.readBytes('a/b'))).toEqual(Buffer.from(bytes));
      expect(await buffer(await store.read('a/b'))).toEqual(Buffer.from(bytes));
      expect(await store.stat('a/b')).toEqual({ bytes: 5 });
    });

    it('stores what lies in shared memory, up to the limit', async () => {
      const bytes = new Uint8Array(new SharedArrayBuffer(8), 2, 5);
      bytes.set(text('hello'));
      const written = await store.write('a/shared', bytes, { maxBytes: 5 });
      expect(written).toEqual({ bytes: 5, sha256: createHash('sha256').update(text('hello')).digest('hex') });
      expect(Buffer.from(await store.readBytes('a/shared')).toString()).toBe('hello');
      await expect(store.write('a/long', bytes, { maxBytes: 4 })).rejects.toMatchObject({ code: 'payload_too_large' });
      expect(await store.stat('a/long')).toBeNull();
      expect(await opened.strayBytes()).toBe(0);
    });

    it('stores an empty object', async () => {
      await store.write('empty', Readable.from([]));
      expect(await store.stat('empty')).toEqual({ bytes: 0 });
      expect((await store.readBytes('empty')).byteLength).toBe(0);
    });

    it('streams a source and gives the same digest as for its bytes', async () => {
      const written = await store.write('streamed', source(3));
      expect(written.bytes).toBe(3 * 1024 * 1024);
      const digest = createHash('sha256').update(await store.readBytes('streamed'));
      expect(written.sha256).toBe(digest.digest('hex'));
    });

    it('replaces an object, and a reader that was already open keeps the old one', async () => {
      await store.write('key', text('old'));
      const handle = await store.openRandomAccess('key');
      await store.write('key', text('newer'));
      expect(Buffer.from(await handle.read(0, 10)).toString()).toBe('old');
      await handle.close();
      expect(Buffer.from(await store.readBytes('key')).toString()).toBe('newer');
    });

    it('leaves nothing of a write whose source fails', async () => {
      const failing = source(8, (index) => {
        if (index === 4) throw new Error('the client went away');
      });
      await expect(store.write('half', failing)).rejects.toThrow('the client went away');
      expect(await store.stat('half')).toBeNull();
      expect(await keysOf(store)).toEqual([]);
      expect(await opened.strayBytes()).toBe(0);
    });

    it('leaves nothing of a write that is aborted, even while its source is silent', async () => {
      const silent = new Readable({ read() {} });
      silent.push(text('first'));
      const controller = new AbortController();
      const writing = store.write('aborted', silent, { signal: controller.signal });
      setTimeout(() => controller.abort(), 20);
      await expect(writing).rejects.toThrow(/abort/i);
      expect(silent.destroyed).toBe(true);
      expect(await keysOf(store)).toEqual([]);
      expect(await opened.strayBytes()).toBe(0);
    });

    it('keeps the old object when its replacement fails', async () => {
      await store.write('key', text('old'));
      const tooLong = store.write('key', source(2), { maxBytes: 1024 });
      await expect(tooLong).rejects.toMatchObject({ code: 'payload_too_large' });
      expect(Buffer.from(await store.readBytes('key')).toString()).toBe('old');
      expect(await opened.strayBytes()).toBe(0);
    });

    it('takes exactly maxBytes', async () => {
      expect(await store.write('key', text('12345'), { maxBytes: 5 })).toMatchObject({ bytes: 5 });
      await expect(store.write('key', text('123456'), { maxBytes: 5 })).rejects.toMatchObject({
        code: 'payload_too_large',
      });
    });

    it('ends with one whole object when several writers race', async () => {
      const writers = ['a', 'b', 'c', 'd'].map((letter) => store.write('race/key', text(letter.repeat(100_000))));
      await Promise.all(writers);
      const result = Buffer.from(await store.readBytes('race/key')).toString();
      expect(result).toBe(result[0].repeat(100_000));
      expect(await keysOf(store)).toEqual(['race/key']);
    });

    it('reads ranges, cut to the size of the object', async () => {
      await store.write('key', text('0123456789'));
      const read = async (start: number, end: number) =>
        (await buffer(await store.read('key', { start, end }))).toString();
      expect(await read(0, 4)).toBe('0123');
      expect(await read(4, 5)).toBe('4');
      expect(await read(8, 100)).toBe('89');
      expect(await read(3, 3)).toBe('');
      expect(await read(10, 20)).toBe('');
    });

    it('reads at random places, many at once', async () => {
      const bytes = Uint8Array.from({ length: 5000 }, (_, index) => index % 251);
      await store.write('key', bytes);
      const handle = await store.openRandomAccess('key');
      expect(handle.bytes).toBe(5000);
      const offsets = [0, 4990, 17, 2500, 4999, 5000, 6000];
      const parts = await Promise.all(offsets.map((offset) => handle.read(offset, 20)));
      offsets.forEach((offset, index) => {
        expect(Buffer.from(parts[index])).toEqual(Buffer.from(bytes.subarray(offset, offset + 20)));
      });
      await handle.close();
    });

    it('reads pieces of several objects, several requests at once', async () => {
      const bytes = [1, 2].map((object) => Uint8Array.from({ length: 7000 }, (_, i) => (i * object) % 251));
      await store.write('a', bytes[0]);
      await store.write('b', bytes[1]);
      const reader = await store.openPieces(['a', 'b'], { pieceBytes: 7, isWarming: true });
      const request = async (count: number, stride: number) => {
        const objects = Uint16Array.from({ length: count }, (_, i) => (i >> 3) % 2);
        const places = Uint32Array.from({ length: count }, (_, i) => (i * stride) % 1000);
        const expected = Array.from(places, (place, i) => bytes[objects[i]].subarray(place * 7, place * 7 + 7));
        const out = new Uint8Array(count * 7);
        await reader.read({ objects, places }, out);
        expect(Buffer.from(out)).toEqual(Buffer.concat(expected));
      };
      await Promise.all([request(3, 1), request(500, 1), request(400, 377), request(0, 1), request(1, 1)]);
      await request(50, 999);
      await reader.close();
    });

    it('refuses pieces behind the end of an object, and reads on', async () => {
      await store.write('key', text('0123456789'));
      const reader = await store.openPieces(['key'], { pieceBytes: 4, isWarming: false });
      const out = Buffer.alloc(8);
      const read = (...places: number[]) =>
        reader.read({ objects: new Uint16Array(places.length), places: Uint32Array.from(places) }, out);
      await expect(read(1, 2)).rejects.toThrow(RangeError);
      await read(1, 0);
      expect(out.toString()).toBe('45670123');
      const [failing, reading] = [read(7), read(0, 1)];
      await expect(failing).rejects.toThrow(RangeError);
      await reading;
      expect(out.toString()).toBe('01234567');
      await reader.close();
    });

    it('says not_found for what is not there', async () => {
      await store.write('folder/key', text('x'));
      expect(await store.stat('missing')).toBeNull();
      for (const key of ['missing', 'folder', 'folder/key/below']) {
        await expect(store.read(key)).rejects.toMatchObject({ code: 'not_found' });
        await expect(store.readBytes(key)).rejects.toMatchObject({ code: 'not_found' });
        await expect(store.openRandomAccess(key)).rejects.toMatchObject({ code: 'not_found' });
        const pieces = store.openPieces(['folder/key', key], { pieceBytes: 1, isWarming: false });
        await expect(pieces).rejects.toMatchObject({ code: 'not_found' });
        expect(await store.stat(key)).toBeNull();
      }
    });

    it('removes a key, and what is not there without an error', async () => {
      await store.write('a', text('x'));
      await store.write('folder/b', text('x'));
      await store.remove('a');
      await store.remove('a');
      await store.remove('folder');
      expect(await keysOf(store)).toEqual(['folder/b']);
    });

    it('lists keys in order and takes a prefix for a folder, not for the beginning of a name', async () => {
      const keys = ['ds/1/a', 'ds/1/b/c', 'ds/1.x', 'ds/10/a', 'zz'];
      for (const key of [...keys].reverse()) await store.write(key, text('x'));
      expect(await keysOf(store)).toEqual([...keys].sort());
      expect(await keysOf(store, 'ds/1')).toEqual(['ds/1/a', 'ds/1/b/c']);
      expect(await keysOf(store, 'ds/1/')).toEqual(['ds/1/a', 'ds/1/b/c']);
      expect(await keysOf(store, 'nothing')).toEqual([]);
    });

    it('removes all below a prefix and nothing beside it', async () => {
      for (const key of ['ds/1/a', 'ds/1/b/c', 'ds/10/a']) await store.write(key, text('x'));
      await store.removePrefix('ds/1');
      expect(await keysOf(store)).toEqual(['ds/10/a']);
      await store.removePrefix('ds/1');
      await store.removePrefix('');
      expect(await keysOf(store)).toEqual([]);
      await store.write('after', text('x'));
      expect(await keysOf(store)).toEqual(['after']);
    });

    it('refuses keys that lead elsewhere', async () => {
      for (const key of ['../x', '/etc/passwd', 'a/../../x', '']) {
        await expect(store.write(key, text('x'))).rejects.toThrow(TypeError);
        await expect(store.readBytes(key)).rejects.toThrow(TypeError);
        await expect(store.remove(key)).rejects.toThrow(TypeError);
      }
      await expect(store.removePrefix('..')).rejects.toThrow(TypeError);
    });

    it('goes on with what comes in pieces, which nobody sees before it is finished', async () => {
      const first = await store.openAppend('up/key', 0);
      await first.write(text('01234'));
      expect(await first.flush()).toBe(5);
      await first.write(text('lost'));
      await first.close();
      const second = await store.openAppend('up/key', 5);
      await second.write(text('567'));
      await second.write(text(''));
      await second.write(text('89'));
      expect(await second.flush()).toBe(10);
      await second.close();
      expect(await store.stat('up/key')).toBeNull();
      expect(await keysOf(store)).toEqual([]);
      await store.finishAppend('up/key', 10);
      await store.finishAppend('up/key', 10);
      expect(Buffer.from(await store.readBytes('up/key')).toString()).toBe('0123456789');
      expect(await keysOf(store)).toEqual(['up/key']);
      expect(await opened.strayBytes()).toBe(0);
    });

    it('drops what lies beyond the bytes that count', async () => {
      const object = await store.openAppend('key', 0);
      await object.write(text('0123456789'));
      await object.flush();
      await object.close();
      await (await store.openAppend('key', 4)).close();
      await expect(store.finishAppend('key', 5)).rejects.toMatchObject({ code: 'not_found' });
      await store.finishAppend('key', 4);
      expect(Buffer.from(await store.readBytes('key')).toString()).toBe('0123');
    });

    it('says not_found for pieces that are not there', async () => {
      await expect(store.openAppend('key', 1)).rejects.toMatchObject({ code: 'not_found' });
      await expect(store.finishAppend('other', 0)).rejects.toMatchObject({ code: 'not_found' });
      await (await store.openAppend('empty', 0)).close();
      await store.finishAppend('empty', 0);
      expect(await store.stat('empty')).toEqual({ bytes: 0 });
    });

    it('discards what was appended, and nothing that was finished', async () => {
      const given = await store.openAppend('given/up', 0);
      await given.write(text('x'));
      await given.discard();
      await given.close();
      await expect(store.openAppend('given/up', 1)).rejects.toMatchObject({ code: 'not_found' });
      const finished = await store.openAppend('finished', 0);
      await finished.write(text('x'));
      await store.finishAppend('finished', 1);
      await finished.discard();
      await finished.close();
      expect(await keysOf(store)).toEqual(['finished']);
      expect(await opened.strayBytes()).toBe(0);
    });

    it('removes what is being appended to', async () => {
      for (const key of ['up/1/source', 'up/2/source', 'up/3']) {
        const object = await store.openAppend(key, 0);
        await object.write(text('x'));
        await object.close();
      }
      await store.removePrefix('up/1');
      await store.remove('up/3');
      for (const key of ['up/1/source', 'up/3']) {
        await expect(store.openAppend(key, 1)).rejects.toMatchObject({ code: 'not_found' });
      }
      await (await store.openAppend('up/2/source', 1)).close();
      await store.removePrefix('');
      expect(await opened.strayBytes()).toBe(0);
    });

    it('checks that it can be written to', async () => {
      await store.check();
      expect(await opened.strayBytes()).toBe(0);
    });
  });
}
