import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { TrainyardError } from '@trainyard/contracts';
import { type ObjectStore, openObjectStore } from '@trainyard/storage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FitOrder } from './fit.js';
import { HandedOverUnwritten, type PatientStoreOptions, patientStore } from './patient-store.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'trainyard-patient-'));
});
afterEach(() => rm(root, { recursive: true }));

/** A real store that has no room for its first writes. */
function fullFor(writes: number): ObjectStore {
  const store = openObjectStore({ root });
  const write = store.write.bind(store);
  store.write = async (key, source, options) => {
    if (writes-- > 0) throw new TrainyardError('storage_full', 'Full.');
    return write(key, source, options);
  };
  return store;
}

function waiting(more: Partial<PatientStoreOptions> = {}) {
  const said: string[] = [];
  const options: PatientStoreOptions = {
    signal: new AbortController().signal,
    order: () => null,
    say: async (level, message) => void said.push(`${level} ${message}`),
    ...more,
  };
  return { said, options };
}

const BYTES = new Uint8Array([1, 2, 3]);

describe('a patient store', () => {
  it('writes once there is room, and says that it waits once', async () => {
    const { said, options } = waiting();
    const store = patientStore(fullFor(2), options);
    expect((await store.write('a', BYTES)).bytes).toBe(3);
    expect([...(await store.readBytes('a'))]).toEqual([1, 2, 3]);
    expect(said).toEqual([expect.stringMatching(/^warning .*full/), expect.stringMatching(/^info .*room/)]);
  });

  it('gives up after its patience', async () => {
    const store = patientStore(fullFor(1000), waiting({ patienceMs: 300 }).options);
    await expect(store.write('a', BYTES)).rejects.toMatchObject({ code: 'storage_full' });
  });

  it('stops waiting at once when the training is cancelled or handed over, and not when its work is to be kept', async () => {
    const cancelled = new AbortController();
    const store = patientStore(fullFor(1000), waiting({ signal: cancelled.signal }).options);
    setTimeout(() => cancelled.abort(new Error('cancelled')), 100);
    const begun = performance.now();
    await expect(store.write('a', BYTES)).rejects.toThrow('cancelled');
    let order: FitOrder | null = 'keep';
    setTimeout(() => {
      order = 'hand_over';
    }, 400);
    const handed = patientStore(fullFor(1000), waiting({ order: () => order }).options);
    await expect(handed.write('a', BYTES)).rejects.toBeInstanceOf(HandedOverUnwritten);
    expect(performance.now() - begun).toBeGreaterThan(400);
    expect(performance.now() - begun).toBeLessThan(2000);
  });

  it('passes on other errors, and that of a stream, at once', async () => {
    const { said, options } = waiting();
    const store = patientStore(fullFor(1), options);
    await expect(store.write('.a', Readable.from([BYTES]))).rejects.toMatchObject({ code: 'storage_full' });
    await expect(store.write('.a', BYTES)).rejects.toThrow();
    expect(said).toEqual([]);
  });
});
