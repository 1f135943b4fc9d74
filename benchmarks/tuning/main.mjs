// `npm run bench:tuning`: what ASHA and random search find on Fashion-MNIST for the same epochs.
import { availableParallelism } from 'node:os';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { keepLargeBlocksMapped } from '@trainyard/runtime';
import { decide, epochsOf, ranked, readSpace } from '@trainyard/tuning';
import { CLASSES, DEBIAN_FOLDER, readFashionMnist } from '../learning/fashion-mnist.mjs';
import { writeResult } from '../report.mjs';
import { part } from './part.mjs';
import { Trials } from './trial.mjs';

const USAGE = `npm run bench:tuning -- [--seeds 0,1,2] [--trials 20] [--epochs 9] [--images 3000] [--threads <n>] [--data <folder>]
  --trials   of random search; ASHA may train as many epochs as these together
  --images   to train on; 4,000 others are for validation, and all 10,000 test images for the best trial
  With other figures than these nothing is written.
`;

const IMAGE = /** @type {const} */ ({ width: 28, height: 28, channels: 1 });
/** What is judged is ASHA as its paper has it, with random proposals; with those of TPE it is shown beside it. */
const STRATEGIES = /** @type {const} */ ([
  { name: 'random', strategy: 'random', sampler: 'random' },
  { name: 'asha', strategy: 'asha', sampler: 'random' },
  { name: 'asha_tpe', strategy: 'asha', sampler: 'tpe' },
]);
const USUAL = { seeds: '0,1,2', trials: '20', epochs: '9', images: '3000' };
const VALIDATION_IMAGES = 4000;

const LAYERS = [
  { type: 'conv2d', filters: 16, kernel_size: 3, padding: 'same', activation: 'relu' },
  { type: 'max_pooling2d', pool_size: 2 },
  { type: 'conv2d', filters: 16, kernel_size: 3, padding: 'same', activation: 'relu' },
  { type: 'max_pooling2d', pool_size: 2 },
  { type: 'flatten' },
  { type: 'dropout', rate: 0.25 },
  { type: 'dense', units: 64, activation: 'relu' },
  { type: 'dense', units: 'classes', activation: 'softmax' },
];

/** What somebody who has not trained this before might search. */
const SPACE = {
  '/training/optimizer/type': ['adam', 'sgd', 'rmsprop'],
  '/training/optimizer/learning_rate': { min: 1e-5, max: 0.3, log: true },
  '/training/optimizer/momentum': { values: [0, 0.5, 0.9], when: { '/training/optimizer/type': ['sgd'] } },
  '/training/batch_size': [16, 32, 64, 128],
  '/model/layers/0/filters': { min: 4, max: 24, integer: true },
  '/model/layers/2/filters': { min: 4, max: 24, integer: true },
  '/model/layers/5/rate': { min: 0, max: 0.7 },
  '/model/layers/6/units': { min: 16, max: 128, integer: true, log: true },
};

/**
 * @param {typeof STRATEGIES[number]} searched @param {Trials} trials
 * @param {{ seed: number, epochs: number, budget: number }} options
 */
async function search({ name, strategy, sampler }, trials, { seed, epochs, budget }) {
  /** @type {import('@trainyard/tuning').Search} */
  const settings = {
    parameters: readSpace(SPACE),
    strategy,
    goal: 'maximize',
    seed,
    epochs,
    maxTrials: 1000,
    maxEpochs: budget,
    asha: { minEpochs: 1, factor: 3, sampler },
  };
  /** @type {import('@trainyard/tuning').TrialRecord[]} */
  let records = [];
  for (;;) {
    const decision = decide(settings, records);
    if (decision.type === 'end' || decision.type === 'wait') break;
    const { number, until } = decision;
    const assignment = decision.type === 'begin' ? decision.assignment : records[number - 1].assignment;
    const curve = await trials.curve(assignment, until);
    const record = {
      number,
      assignment,
      until,
      curve,
      state: until === epochs ? /** @type {const} */ ('ended') : /** @type {const} */ ('waiting'),
    };
    records = decision.type === 'begin' ? [...records, record] : records.with(number - 1, record);
  }
  const [{ trial, best }] = ranked(records, 'maximize');
  return {
    strategy: name,
    seed,
    trials: records.length,
    trained_to_the_end: records.filter((record) => epochsOf(record) === epochs).length,
    epochs: records.reduce((sum, record) => sum + epochsOf(record), 0),
    best_trial: trial.number,
    validation_accuracy: rounded(best.value),
    test_accuracy: rounded(await trials.testAccuracy(trial.assignment)),
    parameters: trial.assignment,
  };
}

/** @param {number} value */
function rounded(value) {
  return Math.round(value * 1e4) / 1e4;
}

async function main() {
  const { values } = parseArgs({
    options: {
      data: { type: 'string', default: DEBIAN_FOLDER },
      seeds: { type: 'string', default: USUAL.seeds },
      trials: { type: 'string', default: USUAL.trials },
      epochs: { type: 'string', default: USUAL.epochs },
      images: { type: 'string', default: USUAL.images },
      threads: { type: 'string', default: String(availableParallelism()) },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void process.stdout.write(USAGE);
  const [count, epochs] = [Number(values.images), Number(values.epochs)];
  const budget = Number(values.trials) * epochs;
  const { train, test } = readFashionMnist(values.data);
  const data = {
    splits: { train: part(train, 0, count), validation: part(train, count, VALIDATION_IMAGES), test },
  };
  keepLargeBlocksMapped();
  const runs = [];
  const verdicts = [];
  process.stdout.write('strategy  seed  trials  to the end  epochs  validation    test\n');
  for (const seed of values.seeds.split(',').map(Number)) {
    const body = { model: { layers: LAYERS }, training: { epochs, seed } };
    const trials = new Trials({ body, image: IMAGE, classes: CLASSES, data, threads: Number(values.threads) });
    const found = [];
    for (const strategy of STRATEGIES) {
      const run = await search(strategy, trials, { seed, epochs, budget });
      found.push(run);
      const cells = [seed, run.trials, run.trained_to_the_end, run.epochs, run.validation_accuracy, run.test_accuracy];
      const widths = [4, 6, 10, 6, 10, 6];
      process.stdout.write(
        `${strategy.name.padEnd(8)}  ${cells.map((cell, k) => String(cell).padStart(widths[k])).join('  ')}\n`,
      );
    }
    const [random, asha, withTpe] = found;
    runs.push(...found);
    verdicts.push({
      seed,
      asha_wins: asha.validation_accuracy > random.validation_accuracy,
      validation_gain: rounded(asha.validation_accuracy - random.validation_accuracy),
      test_gain: rounded(asha.test_accuracy - random.test_accuracy),
      validation_gain_with_tpe: rounded(withTpe.validation_accuracy - random.validation_accuracy),
      test_gain_with_tpe: rounded(withTpe.test_accuracy - random.test_accuracy),
    });
  }
  const won = verdicts.filter(({ asha_wins }) => asha_wins).length;
  process.stdout.write(`\nASHA finds the better validation accuracy on ${won} of ${verdicts.length} seeds\n`);
  const isUsual = Object.entries(USUAL).every(([name, value]) => Reflect.get(values, name) === value);
  if (isUsual) writeResult('tuning', { images: count, epochs, budget, space: SPACE, verdicts, runs });
}

await main().catch((error) => {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exitCode = 1;
});
