import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CheckpointReference } from '@trainyard/contracts';
import { type ObjectStore, openObjectStore } from '@trainyard/storage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CheckpointHistory } from './checkpoint-history.js';
import type { Snapshot } from './fit.js';

let root: string;
let store: ObjectStore;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'history-'));
  store = openObjectStore({ root });
});
afterEach(() => rm(root, { recursive: true }));

/** The snapshot after an epoch of ten steps; its only weight is the number of the epoch. */
function snapshot(epoch: number): Snapshot {
  return {
    position: { epoch, step: epoch * 10, seed: 0, best: { epoch: 1, step: 10, loss: 0.5 }, learningRate: null },
    tensors: new Map([['w', { shape: [1], data: Float32Array.of(epoch) }]]),
    isBest: epoch === 1,
    metrics: { train: { loss: 1 }, validation: null },
  };
}

/** In the middle of an epoch. */
function within(step: number): Snapshot {
  const epoch = Math.floor(step / 10);
  const { position, ...rest } = snapshot(epoch);
  const inEpoch = { steps: step % 10, images: step, loss: 1, metrics: [] };
  return { ...rest, position: { ...position, step, inEpoch } };
}

/** What a first attempt that saved two epochs has left. */
async function firstAttempt(): Promise<CheckpointReference[]> {
  const history = new CheckpointHistory(store, { id: 'job_1', attempt: 1 }, []);
  const saved: CheckpointReference[] = [];
  for (const epoch of [1, 2]) {
    const { key, digest } = await history.save(snapshot(epoch));
    saved.push({ epoch, step: epoch * 10, key, digest });
  }
  return saved;
}

describe('CheckpointHistory', () => {
  it('has nowhere to go on from in a first attempt', async () => {
    expect(await new CheckpointHistory(store, { id: 'job_1', attempt: 1 }, []).resume()).toBeNull();
  });

  it('goes on from the newest checkpoint, with its weights and the best so far', async () => {
    const history = new CheckpointHistory(store, { id: 'job_1', attempt: 2 }, await firstAttempt());
    expect(await history.resume()).toEqual({
      tensors: new Map([['w', Float32Array.of(2)]]),
      epoch: 2,
      step: 20,
      best: { epoch: 1, step: 10, loss: 0.5 },
      learningRate: null,
    });
    expect(await history.tensors(10)).toEqual(new Map([['w', Float32Array.of(1)]]));
  });

  it('goes back to the one before when the newest is damaged, and to the beginning when all are', async () => {
    const earlier = await firstAttempt();
    await store.write(earlier[1].key, new Uint8Array(5));
    const history = new CheckpointHistory(store, { id: 'job_1', attempt: 2 }, earlier);
    expect(await history.resume()).toMatchObject({ epoch: 1, step: 10 });
    await store.remove(earlier[0].key);
    expect(await new CheckpointHistory(store, { id: 'job_1', attempt: 3 }, earlier).resume()).toBeNull();
  });

  it('goes back to the newest of whole epochs that can be read, and forgets what came after it', async () => {
    const history = new CheckpointHistory(store, { id: 'job_1', attempt: 2 }, await firstAttempt());
    const before = await history.save(within(25));
    expect(await history.goBack()).toMatchObject({ epoch: 2, step: 20 });
    await expect(history.tensors(25)).rejects.toMatchObject({ code: 'checkpoint_corrupt' });
    expect((await history.save(within(25))).key).not.toBe(before.key);
    await store.write((await firstAttempt())[1].key, new Uint8Array(5));
    expect(await history.goBack()).toMatchObject({ epoch: 1, step: 10 });
  });

  it('goes back to the beginning where no epoch is whole', async () => {
    const history = new CheckpointHistory(store, { id: 'job_1', attempt: 1 }, []);
    await history.save(within(5));
    expect(await history.goBack()).toBeNull();
    expect(await history.resume()).toBeNull();
  });

  it('never writes over the file of another attempt', async () => {
    const earlier = await firstAttempt();
    const { key } = await new CheckpointHistory(store, { id: 'job_1', attempt: 2 }, earlier).save(snapshot(2));
    expect(key).not.toBe(earlier[1].key);
  });
});
