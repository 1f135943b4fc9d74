// What a backbone brings on few images: a head on its frozen features against scikit-learn's logistic regression on the same
// ones, and fine-tuning it. Needs the shared test data; for the regression, a Python with scikit-learn.
//
//   node benchmarks/backbones/main.mjs <shared data> [--python <python with scikit-learn>] [--side <of images>]
//     [--epochs <of fine-tuning>] [--factor <of its rate>] [--from <value that the trained blocks begin at, or "image">]
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
    epochs: { type: 'string', default: '6' },
    factor: { type: 'string', default: '0.03' },
    from: { type: 'string', default: 'MobilenetV2/expanded_conv_15/add' },
    side: { type: 'string', default: '224' },
  },
});
const [data] = positionals;
if (data === undefined) throw new Error('Expected the folder of the shared test data; received nothing.');
const REGRESSION = fileURLToPath(new URL('logistic-regression.py', import.meta.url));

/** As `--from`: all of the backbone is trained. */
const WHOLE = 'image';

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
/** Of a head and, at `--factor` times the rate, of the blocks behind it. */
const TUNING_OPTIMIZER = { type: /** @type {const} */ ('sgd'), learning_rate: 0.05, momentum: 0.9 };

const flowers = await openFlowers(
  join(data, 'images/flowers-700.zip'),
  join(data, 'backbone/mobilenet_v2_1.0_224_quant.features.onnx'),
  Number(values.side),
  values.from,
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

/** What is trained behind the frozen part, or the whole backbone where nothing is in front of it. */
function tuned() {
  if (values.from === WHOLE) {
    const layers = [{ ...flowers.layer, trainable: true }];
    return { layers, frozen: ['backbone'], training: { ...TRAINING, batch_size: 16 } };
  }
  const [body, blocks] = flowers.parts;
  const layers = [body, { ...blocks, trainable: true }];
  return { layers, frozen: ['blocks'], training: { ...TRAINING, optimizer: TUNING_OPTIMIZER } };
}

/** Validation figures of a head, and of each epoch after that in which the last blocks are trained as well. */
async function fineTune() {
  const epochs = HEAD_EPOCHS + Number(values.epochs);
  const { layers, frozen, training } = tuned();
  const runs = [];
  for (const seed of SEEDS) {
    const run = await trainFlowers(flowers, {
      id: `job_tuned_${seed}`,
      threads: THREADS,
      layers: [...layers, HEAD],
      training: { ...training, epochs, seed },
      transfer: {
        source: null,
        frozen,
        unfreeze: { epoch: HEAD_EPOCHS + 1, learning_rate_factor: Number(values.factor) },
      },
    });
    const [head, ...tuned] = run.epochs.slice(HEAD_EPOCHS - 1);
    for (const { epoch, validation, loss, seconds } of [head, ...tuned]) {
      process.stdout.write(
        `fine-tuning, seed ${seed}, epoch ${epoch}: ${validation} (loss ${loss}) after ${seconds} s\n`,
      );
    }
    runs.push({
      ...{ seed, seconds: run.seconds, before: head.validation, after: tuned.map(({ validation }) => validation) },
      ...{ loss_before: head.loss, losses_after: tuned.map(({ loss }) => loss) },
    });
  }
  return { from: values.from, learning_rate_factor: Number(values.factor), runs };
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
