import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveTraining, type TransferTask } from '@trainyard/contracts';
import { buildModel, initialParameters, parseModelSpec } from '@trainyard/engine';
import { openObjectStore } from '@trainyard/storage';
import { afterAll, describe, expect, it } from 'vitest';
import { writeCheckpoint } from './checkpoint-file.js';
import { initialWeights } from './initial-weights.js';

const root = mkdtempSync(join(tmpdir(), 'trainyard-initial-'));
const store = openObjectStore({ root });
afterAll(() => rmSync(root, { recursive: true }));

const spec = parseModelSpec({
  layers: [{ type: 'flatten' }, { type: 'dense', name: 'hidden', units: 2 }, { type: 'dense', name: 'top', units: 2 }],
});
const model = buildModel(spec, { image: { width: 2, height: 1, channels: 1 }, classes: 2 });
const training = resolveTraining({ seed: 5 });
const fresh = initialParameters(model, 5);

/** A checkpoint with weights of 1, averages of 2 and slots of 3. */
async function stored(left: string[] = []): Promise<{ key: string; digest: string }> {
  const of = (value: number, prefix: string) =>
    model.parameters.map(({ layer, name, shape }) => {
      const data = new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value);
      return [`${prefix}${layer}/${name}`, { shape, data }] as const;
    });
  const all = [...of(1, ''), ...of(2, 'average/'), ...of(3, 'optimizer/m/')];
  const position = { epoch: 1, step: 1, seed: 0, best: null, learningRate: null };
  const key = `checkpoints/job_x/${left.length}.safetensors`;
  const { digest } = await writeCheckpoint(store, key, new Map(all.filter(([name]) => !left.includes(name))), position);
  return { key, digest };
}

function beginning(file: { key: string; digest: string } | null, layers = ['hidden']): TransferTask {
  const matched = layers.map((layer) => ({ layer, parameters: 6 }));
  const source = { checkpoint_id: 'ckpt_x', file, matches: { matched, unmatched: [], unused: [] } };
  return { source, frozen: [], unfreeze: null };
}

describe('initialWeights', () => {
  it('are those of the seed where there is no checkpoint', async () => {
    expect(await initialWeights(store, model, { training })).toEqual(fresh);
  });

  it('are in matched layers those that the checkpoint is served with, and of the seed in the others', async () => {
    const weights = await initialWeights(store, model, { training, transfer: beginning(await stored()) });
    expect([...weights.keys()]).toEqual([...fresh.keys()]);
    expect(weights.get('hidden/kernel')).toEqual(new Float32Array(4).fill(2));
    expect(weights.get('hidden/bias')).toEqual(new Float32Array(2).fill(2));
    expect(weights.get('top/kernel')).toEqual(fresh.get('top/kernel'));
  });

  it.each<[string, () => Promise<{ key: string; digest: string } | null>, RegExp]>([
    ['was deleted', async () => null, /it was deleted/],
    ['has no file any more', async () => ({ key: 'checkpoints/none', digest: 'sha256:0' }), /its file is gone/],
    ['is not what was written', async () => ({ ...(await stored()), digest: 'sha256:0' }), /not what was written/],
    ['lacks a weight', () => stored(['hidden/bias', 'average/hidden/bias']), /lacks hidden\/bias/],
  ])('says so where the checkpoint %s', async (_, file, why) => {
    const beginnings = initialWeights(store, model, { training, transfer: beginning(await file()) });
    await expect(beginnings).rejects.toMatchObject({ code: 'checkpoint_corrupt', detail: expect.stringMatching(why) });
    await expect(beginnings).rejects.toThrow('The checkpoint ckpt_x that this job begins from cannot be used');
  });
});
