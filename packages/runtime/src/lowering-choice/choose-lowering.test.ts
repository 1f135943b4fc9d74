import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveTraining } from '@trainyard/contracts';
import { buildModel, parseModelSpec, preprocessingFor } from '@trainyard/engine';
import { openObjectStore } from '@trainyard/storage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blockedLanes } from '../blocked-lanes.js';
import { type ChoiceOptions, chooseLowering } from './choose-lowering.js';

const image = { width: 8, height: 8, channels: 1 } as const;
const convolution = { type: 'conv2d', filters: 3, kernel_size: 3, activation: 'relu' };
const dense = [{ type: 'flatten' }, { type: 'dense', units: 'classes', activation: 'softmax' }];

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'trainyard-lowering-'));
});
afterAll(() => rm(root, { recursive: true }));

function choose(layers: object[], changes: Partial<ChoiceOptions> = {}) {
  return chooseLowering({
    trained: buildModel(parseModelSpec({ layers }), { image, classes: 2 }),
    training: resolveTraining({ batch_size: 4 }),
    preprocessing: preprocessingFor('unit', { mean: [], std: [] }, 1),
    device: 'cpu',
    threads: 1,
    lowering: 'auto',
    store: openObjectStore({ root }),
    ...changes,
  });
}

const lanes = await blockedLanes();

describe('the lowering of a job', () => {
  it('is the portable one where the blocked one is not wanted or of no use', async () => {
    expect(await choose([convolution, ...dense], { device: 'cuda' })).toMatchObject({
      reason: expect.stringContaining('CPU'),
    });
    expect(await choose([convolution, ...dense], { lowering: 'portable' })).not.toHaveProperty('block');
    expect(await choose(dense)).toEqual({ reason: 'It has no convolutions' });
  });

  it.skipIf(lanes === null)('is the blocked one where the worker is told so', async () => {
    expect(await choose([convolution, ...dense], { lowering: 'blocked' })).toMatchObject({ block: lanes });
  });

  it.skipIf(lanes === null)('is measured once for each graph, and then the same', async () => {
    const layers = [convolution, ...dense];
    const first = await choose(layers);
    expect(first.reason).toMatch(/^Measured: a step takes [\d.]+ ms blocked and [\d.]+ ms portable$/);
    expect(await choose(layers)).toEqual(first);
    const [known, ...others] = await readdir(join(root, 'lowering'));
    expect(others).toEqual([]);
    await choose([{ ...convolution, filters: 4 }, ...dense]);
    expect(await readdir(join(root, 'lowering'))).toHaveLength(2);

    const slow = JSON.stringify({ portable_ms: 10, blocked_ms: 10.6 });
    await writeFile(join(root, 'lowering', known), slow);
    expect(await choose(layers)).not.toHaveProperty('block');
    await writeFile(join(root, 'lowering', known), JSON.stringify({ portable_ms: 10, blocked_ms: 10.4 }));
    expect(await choose(layers)).toMatchObject({ block: lanes });
    await writeFile(join(root, 'lowering', known), 'damaged');
    expect((await choose(layers)).reason).toMatch(/^Measured: /);
  });

  it.skipIf(lanes === null)('is given up with the training', async () => {
    const gone = AbortSignal.abort(new Error('cancelled'));
    await expect(choose([{ ...convolution, filters: 5 }, ...dense], { signal: gone })).rejects.toThrow('cancelled');
  });
});
