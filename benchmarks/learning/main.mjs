// `npm run bench:learning`: accuracy on Fashion-MNIST's test images after each epoch, beside published figures.
import { availableParallelism } from 'node:os';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { keepLargeBlocksMapped } from '@trainyard/runtime';
import { fitArrays } from '../fit-arrays.mjs';
import { writeResult } from '../report.mjs';
import { CLASSES, DEBIAN_FOLDER, readFashionMnist } from './fashion-mnist.mjs';
import { LEARNING_MODELS } from './models.mjs';

const USAGE = `npm run bench:learning -- [--data <folder>] [--model <name>] [--seeds 0,1] [--threads <n>] [--epochs <n>]
  --data     the folder of the four IDX files; ${DEBIAN_FOLDER} where left out
  --model    ${LEARNING_MODELS.map(({ name }) => name).join(' or ')}; all where left out
  --seeds    one training each; 0 where left out
  --threads  of one operator; the cores of this machine where left out
  --epochs   fewer than the model's own, to try things out; nothing is written then
`;

const IMAGE = /** @type {const} */ ({ width: 28, height: 28, channels: 1 });

/** @typedef {import('./models.mjs').LearningModel} LearningModel */
/** @typedef {ReturnType<typeof readFashionMnist>} FashionMnist */

/**
 * @param {LearningModel} model @param {FashionMnist} images
 * @param {{ seed: number, threads: number, epochs: number }} options
 */
async function learn(model, { train, test }, { seed, threads, epochs }) {
  process.stdout.write(`\n${model.name}, seed ${seed}\n  epoch  train loss  test loss  test accuracy  seconds\n`);
  /** @type {{ epoch: number, train_loss: number, test_loss: number, test_accuracy: number, seconds: number }[]} */
  const rows = [];
  const { plan } = await fitArrays({
    spec: { layers: model.layers },
    image: IMAGE,
    classes: CLASSES,
    options: { ...model.training, epochs, seed },
    // The test images are only looked at after each epoch: nothing is chosen by them.
    data: { splits: { train, validation: test, test } },
    threads,
    onEpoch({ epoch, train: { loss }, validation, duration_s }) {
      const row = {
        epoch,
        train_loss: rounded(loss),
        test_loss: rounded(validation?.loss ?? Number.NaN),
        test_accuracy: rounded(validation?.accuracy ?? Number.NaN),
        seconds: rounded(duration_s),
      };
      rows.push(row);
      const cells = [row.train_loss.toFixed(4).padStart(10), row.test_loss.toFixed(4).padStart(9)];
      const last = [row.test_accuracy.toFixed(4).padStart(13), row.seconds.toFixed(0).padStart(7)];
      process.stdout.write(`  ${String(epoch).padStart(5)}  ${[...cells, ...last].join('  ')}\n`);
    },
  });
  return { model: model.name, seed, steps_per_run: plan.steps_per_run, threads, epochs: rows };
}

/** @param {LearningModel} model @param {Awaited<ReturnType<typeof learn>>[]} runs */
function judge({ name, target, published }, runs) {
  const last = runs.map(({ epochs }) => epochs[epochs.length - 1].test_accuracy);
  const isReached = last.every((accuracy) => accuracy >= target);
  const after = runs[0].epochs.length;
  process.stdout.write(
    `\n${name}: ${last.join(', ')} after ${after} epochs; ${target} wanted: ${isReached ? 'reached' : 'MISSED'}\n`,
  );
  for (const line of published) process.stdout.write(`  published: ${line}\n`);
  return { model: name, target, reached: isReached, published };
}

/** @param {number} value */
function rounded(value) {
  return Math.round(value * 1e4) / 1e4;
}

async function main() {
  const { values } = parseArgs({
    options: {
      data: { type: 'string', default: DEBIAN_FOLDER },
      model: { type: 'string' },
      seeds: { type: 'string', default: '0' },
      threads: { type: 'string', default: String(availableParallelism()) },
      epochs: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const models = LEARNING_MODELS.filter(({ name }) => values.model === undefined || name === values.model);
  if (values.help || models.length === 0) return void process.stdout.write(USAGE);
  const images = readFashionMnist(values.data);
  keepLargeBlocksMapped();
  const runs = [];
  const verdicts = [];
  for (const model of models) {
    const epochs = values.epochs ? Number(values.epochs) : (model.training.epochs ?? 1);
    const own = [];
    for (const seed of values.seeds.split(',').map(Number)) {
      own.push(await learn(model, images, { seed, threads: Number(values.threads), epochs }));
    }
    runs.push(...own);
    verdicts.push(judge(model, own));
  }
  if (values.epochs) return;
  writeResult(values.model ? `learning-${values.model}` : 'learning', { verdicts, runs });
  process.exitCode = verdicts.every(({ reached }) => reached) ? 0 : 1;
}

await main().catch((error) => {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
});
