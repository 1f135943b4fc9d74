import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ObjectStore, openObjectStore } from '@trainyard/storage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkpointKey, readCheckpoint, writeCheckpoint } from './checkpoint-file.js';

const tensors = new Map([
  ['dense/kernel', { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
  ['optimizer/m/dense/kernel', { shape: [2, 3], data: Float32Array.of(0, 0.5, 0, 0.25, 0, -1) }],
]);
const position = { epoch: 2, step: 24, seed: 7, best: { epoch: 1, step: 12, loss: 0.125 }, learningRate: null };

let root: string;
let store: ObjectStore;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'checkpoint-'));
  store = openObjectStore({ root });
});
afterEach(() => rm(root, { recursive: true }));

describe('checkpoint files', () => {
  it('come back as they were written, with where the training stood', async () => {
    const key = checkpointKey('job_1', 24, 1);
    expect(key).toBe('checkpoints/job_1/000000024-1.safetensors');
    const stored = await writeCheckpoint(store, key, tensors, position);
    expect(stored.bytes).toBe((await store.stat(key))?.bytes);
    const read = await readCheckpoint(store, stored);
    expect(read.position).toEqual(position);
    expect(read.tensors).toEqual(tensors);
  });

  it('keep what a schedule knows that follows the figures', async () => {
    const learningRate = { learning_rate: 0.0001, best: null, wait: 3, cooldown: 1 };
    const stored = await writeCheckpoint(store, 'checkpoints/a', tensors, { ...position, learningRate });
    expect((await readCheckpoint(store, stored)).position.learningRate).toEqual(learningRate);
  });

  it('have equal bytes for equal trainings, whatever job or attempt wrote them', async () => {
    const first = await writeCheckpoint(store, checkpointKey('job_1', 24, 1), tensors, position);
    const second = await writeCheckpoint(store, checkpointKey('job_2', 24, 3), tensors, position);
    expect(second.digest).toBe(first.digest);
  });

  it('are refused when a byte has changed, when they are gone and when they are something else', async () => {
    const stored = await writeCheckpoint(store, 'checkpoints/a', tensors, position);
    const file = Uint8Array.from(await store.readBytes('checkpoints/a'));
    file[file.length - 1] ^= 1;
    await store.write('checkpoints/a', file);
    await expect(readCheckpoint(store, stored)).rejects.toMatchObject({ code: 'checkpoint_corrupt' });
    const gone = { ...stored, key: 'checkpoints/b' };
    await expect(readCheckpoint(store, gone)).rejects.toMatchObject({ code: 'checkpoint_corrupt' });
    const { sha256 } = await store.write('checkpoints/c', new TextEncoder().encode('not a safetensors file'));
    const other = { key: 'checkpoints/c', digest: `sha256:${sha256}` };
    await expect(readCheckpoint(store, other)).rejects.toMatchObject({ code: 'checkpoint_corrupt' });
  });
});
