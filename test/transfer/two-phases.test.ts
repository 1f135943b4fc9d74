// A head that is trained above frozen layers, and then the whole network at a lower rate, follows Keras doing the same.
import { readFileSync } from 'node:fs';
import type { OptimizerOptions, TransferTask } from '@trainyard/contracts';
import { readCheckpoint, writeCheckpoint } from '@trainyard/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildZip, encodePng } from '../fixtures/index.js';
import { TestTrainer } from '../runtime/trainer.js';

interface Oracle {
  readonly side: number;
  readonly pixels: readonly number[];
  readonly labels: readonly number[];
  readonly head_epochs: number;
  readonly all_epochs: number;
  readonly factor: number;
  readonly frozen: string[];
  readonly initial: Readonly<Record<string, readonly number[]>>;
  readonly cases: readonly {
    readonly optimizer: OptimizerOptions & { readonly type: string };
    readonly losses: readonly number[];
    readonly weights: Readonly<Record<string, readonly number[]>>;
  }[];
}

const FILE = new URL('./oracles/keras-two-phases.json', import.meta.url);
const oracle: Oracle = JSON.parse(readFileSync(FILE, 'utf8'));

const LAYERS = [
  { type: 'conv2d', name: 'features', filters: 4, kernel_size: 3, activation: 'tanh' },
  { type: 'batch_normalization', name: 'norm', momentum: 0.8 },
  {
    type: 'conv2d',
    name: 'more',
    filters: 5,
    kernel_size: 3,
    activation: 'tanh',
    kernel_regularizer: { type: 'l2', l2: 0.01 },
  },
  { type: 'global_average_pooling2d', name: 'pool' },
  { type: 'dense', name: 'top', units: 'classes', activation: 'softmax' },
];
const SHAPES: Readonly<Record<string, number[]>> = {
  'features/kernel': [4, 1, 3, 3],
  'more/kernel': [5, 4, 3, 3],
  'top/kernel': [5, 3],
};
const EPOCHS = oracle.head_epochs + oracle.all_epochs;

let trainer: TestTrainer;
let transfer: TransferTask;
beforeAll(async () => {
  trainer = await TestTrainer.of(await archive());
  transfer = await beginning();
});
afterAll(() => trainer.close());

/** The oracle's images as the train split; a few of them are the others. */
function archive(): Promise<Buffer> {
  const { side, pixels, labels } = oracle;
  const files = labels.map((label, row) => {
    const own = Uint8Array.from(pixels.slice(row * side * side, (row + 1) * side * side));
    return { label, row, bytes: encodePng({ width: side, height: side, channels: 1, pixels: own }) };
  });
  const inSplit = (split: string, chosen: typeof files) =>
    chosen.map(({ label, row, bytes }) => ({ path: `${split}/${label}/${row}.png`, bytes }));
  const few = files.filter(({ row }) => row % 8 === 0);
  return buildZip([...inSplit('train', files), ...inSplit('val', few), ...inSplit('test', few)]);
}

/** A checkpoint with the oracle's initial weights, in which every layer matches. */
async function beginning(): Promise<TransferTask> {
  const tensors = new Map(
    Object.entries(oracle.initial).map(([name, values]) => [
      name,
      { shape: SHAPES[name] ?? [values.length], data: Float32Array.from(values) },
    ]),
  );
  const position = { epoch: 1, step: 1, seed: 0, best: null, learningRate: null };
  const key = 'checkpoints/job_keras/1.safetensors';
  const { digest } = await writeCheckpoint(trainer.store, key, tensors, position);
  const layers = [...new Set(Object.keys(oracle.initial).map((name) => name.split('/')[0]))];
  const matched = layers.map((layer) => ({ layer, parameters: 0 }));
  return {
    source: { checkpoint_id: 'ckpt_keras', file: { key, digest }, matches: { matched, unmatched: [], unused: [] } },
    frozen: oracle.frozen,
    unfreeze: { epoch: oracle.head_epochs + 1, learning_rate_factor: oracle.factor },
  };
}

function farthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  return Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i])));
}

describe.each(oracle.cases)('with $optimizer.type', ({ optimizer, losses, weights }) => {
  it('gives the losses and the weights that Keras gives', async () => {
    const job = { ...trainer.newJob(), transfer };
    const options = { epochs: EPOCHS, batch_size: oracle.labels.length, optimizer, checkpoints: { keep: 100 } };
    await trainer.attempt(`job_${optimizer.type}`, job, LAYERS, options);
    expect(job.steps.size).toBe(EPOCHS);
    expect(
      farthest(
        [...job.steps.values()].map(({ loss }) => loss),
        losses,
      ),
    ).toBeLessThan(1e-5);
    const last = job.checkpoints.get(EPOCHS);
    if (!last) throw new Error('there is no checkpoint of the last epoch');
    const { tensors } = await readCheckpoint(trainer.store, last);
    for (const [name, values] of Object.entries(weights)) {
      expect(farthest(tensors.get(name)?.data ?? [], values), name).toBeLessThan(1e-5);
    }
    // What was frozen at first has moved since.
    expect(farthest(weights['features/kernel'], oracle.initial['features/kernel'])).toBeGreaterThan(1e-3);
  });
});
