import type { RandomAccess } from '@trainyard/storage';
import { describe, expect, it } from 'vitest';
import { ReadAhead } from './read-ahead.js';

const BYTES = Uint8Array.from({ length: 5_000_003 }, (_, index) => (index * index + (index >> 8)) % 251);

/** An object that counts how often it is read, and cannot be read for as long as it is told so. */
function countedObject() {
  const state = { reads: 0, bytes: 0, isBroken: false };
  const object: RandomAccess = {
    bytes: BYTES.length,
    read: async (offset, length) => {
      if (state.isBroken) throw new Error('no disk');
      const read = BYTES.slice(offset, offset + length);
      state.reads++;
      state.bytes += read.length;
      return read;
    },
    close: async () => {},
  };
  return { state, ahead: new ReadAhead(object) };
}

describe('ReadAhead', () => {
  it.each([2500, 3000, 3100])(
    'reads what follows one another in few requests (%d of each 3000 bytes)',
    async (length) => {
      const { state, ahead } = countedObject();
      const reads: Promise<void>[] = [];
      for (let offset = 0; offset < BYTES.length; offset += 3000) {
        const check = (read: Uint8Array) =>
          expect(Buffer.compare(read, BYTES.subarray(offset, offset + length))).toBe(0);
        reads.push(ahead.read(offset, length).then(check));
        if (reads.length % 8 === 0) await Promise.all(reads);
      }
      await Promise.all(reads);
      expect(state.reads).toBeLessThan(15);
    },
  );

  it('reads no more than is asked for where the places lie far apart', async () => {
    const { state, ahead } = countedObject();
    const offsets = Array.from({ length: 50 }, (_, index) => (index * 2_000_003) % 4_900_000);
    for (const offset of offsets) {
      expect(Buffer.compare(await ahead.read(offset, 100), BYTES.subarray(offset, offset + 100))).toBe(0);
    }
    expect(state.bytes).toBeLessThan(10 * 1024 ** 2);
  });

  it('ends where the object ends, and reads what is large by itself', async () => {
    const { ahead } = countedObject();
    expect(await ahead.read(BYTES.length - 10, 100)).toHaveLength(10);
    expect(await ahead.read(BYTES.length, 1)).toHaveLength(0);
    expect(Buffer.compare(await ahead.read(7, 3_000_000), BYTES.subarray(7, 3_000_007))).toBe(0);
  });

  it('throws where a request fails, and reads again afterwards', async () => {
    const { state, ahead } = countedObject();
    state.isBroken = true;
    await expect(ahead.read(0, 10)).rejects.toThrow('no disk');
    state.isBroken = false;
    expect(await ahead.read(0, 10)).toHaveLength(10);
  });
});
