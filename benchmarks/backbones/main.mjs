// What a backbone brings on few images: a head on its frozen features against scikit-learn's logistic regression on the same
// ones, and fine-tuning it. Needs the shared test data; for the regression, a Python with scikit-learn.
//
//   node benchmarks/backbones/main.mjs <shared data> [--python <python with scikit-learn>] [--epochs <of fine-tuning>] [--side <of images>]
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openPacked } from '@trainyard/datasets';
import { writeResult } from '../report.mjs';
import { openFlowers, trainFlowers } from './flowers.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    python: { type: 'string' },
    epochs: { type: 'string', default: '3' },
    side: { type: 'string', default: '224' },
  },
});
const [data] = positionals;
if (data === undefined) throw new Error('Expected the folder of the shared test data; received nothing.');
const REGRESSION = fileURLToPath(new URL('logistic-regression.py', import.meta.url));

const HEAD_EPOCHS = 60;
/**
 * A logistic regression as scikit-learn has it with C = 0.1: weights that begin at zero, and a penalty of ‖w‖² / (2 · C) for the
 * sum of the losses of 500 images.
 */
const HEAD = {
  type: 'dense',
  name: 'top',
  units: 'classes',
  activation: 'softmax',
  kernel_initializer: 'zeros',
  kernel_regularizer: { type: 'l2', l2: 1 / (2 * 0.1 * 500) },
};
const THREADS = 2;
const SEEDS = [0, 1, 2];
const TRAINING = {
  batch_size: 32,
  normalization: /** @type {const} */ ('symmetric'),
  optimizer: { type: /** @type {const} */ ('adam'), learning_rate: 1e-2 },
  schedule: { type: /** @type {const} */ ('cosine') },
};
/** Of a fine-tuning: the cosine is near its end by then, at 3e-5 and less. */
const RATE_FACTOR = 1;

const flowers = await openFlowers(
  join(data, 'images/flowers-700.zip'),
  join(data, 'backbone/mobilenet_v2_1.0_224_quant.features.onnx'),
  Number(values.side),
);

/** Accuracy on the validation images after each epoch of a head on frozen features. */
async function trainHeads() {
  const runs = [];
  for (const seed of SEEDS) {
    const training = { ...TRAINING, epochs: HEAD_EPOCHS, seed };
    const { seconds, epochs } = await trainFlowers(flowers, {
      ...{ id: `job_head_${seed}`, threads: THREADS, training },
      layers: [flowers.layer, HEAD],
    });
    const accuracy = epochs[epochs.length - 1].validation;
    runs.push({ seed, seconds, validation_accuracy: accuracy });
    process.stdout.write(`head, seed ${seed}: ${accuracy} after ${seconds} s\n`);
  }
  return runs;
}

/** scikit-learn's validation accuracy on the very features that the heads were trained on, by the strength of its penalty. */
async function regression() {
  if (values.python === undefined) return null;
  const { store, dataset, counts } = flowers;
  let key = '';
  for await (const found of store.list('datasets/ds_1/backbone-features/')) key = found;
  const packed = await openPacked(store, dataset.id, { ...dataset.image, fit: dataset.fit });
  const labels = [...packed.splits.train.labels, ...packed.splits.validation.labels];
  await packed.close();
  const bytes = (await store.stat(key))?.bytes ?? 0;
  const width = bytes / 4 / counts.total;
  const input = JSON.stringify({
    features: join(flowers.root, key),
    ...{ labels, width, train: counts.train.total, validation: counts.validation.total },
  });
  const found = JSON.parse(execFileSync(values.python, [REGRESSION], { input, encoding: 'utf8' }));
  process.stdout.write(`scikit-learn on the same features: ${JSON.stringify(found)}\n`);
  return found;
}

/** The head first, then all of it at a lower rate. */
async function fineTune() {
  const epochs = HEAD_EPOCHS + Number(values.epochs);
  const run = await trainFlowers(flowers, {
    id: 'job_tuned',
    threads: THREADS,
    layers: [{ ...flowers.layer, trainable: true }, HEAD],
    training: { ...TRAINING, batch_size: 16, epochs },
    transfer: {
      source: null,
      frozen: ['backbone'],
      unfreeze: { epoch: HEAD_EPOCHS + 1, learning_rate_factor: RATE_FACTOR },
    },
  });
  const head = run.epochs[HEAD_EPOCHS - 1];
  const tuned = run.epochs.slice(HEAD_EPOCHS);
  for (const { epoch, validation, seconds } of [head, ...tuned]) {
    process.stdout.write(`fine-tuning, epoch ${epoch}: ${validation} after ${seconds} s\n`);
  }
  return { seconds: run.seconds, before: head.validation, after: tuned.map(({ validation }) => validation) };
}

try {
  const heads = await trainHeads();
  const logisticRegression = await regression();
  const tuned = Number(values.epochs) > 0 ? await fineTune() : null;
  writeResult(`backbones-${values.side}px`, {
    side: Number(values.side),
    threads: THREADS,
    images: { train: flowers.counts.train.total, validation: flowers.counts.validation.total },
    heads,
    scikit_learn_validation_accuracy: logisticRegression,
    fine_tuning: tuned,
  });
} finally {
  await flowers.close();
}
