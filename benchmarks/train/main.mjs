// `npm run bench:train`: milliseconds of a training step and of a prediction, in turns with PyTorch and TensorFlow where they
// are there, each at its fastest setting; and the time from a checked model to its first step.
import process from 'node:process';
import { parseArgs } from 'node:util';
import { writeResult } from '../report.mjs';
import { compare } from './measure.mjs';
import { TRAIN_MODELS, trainModel } from './models.mjs';
import { findRivals, RIVAL_IDS } from './rivals.mjs';
import { timeStarts } from './start-time.mjs';
import { findTfjs, timeTfjs } from './tfjs.mjs';

const NAMES = TRAIN_MODELS.map(({ name }) => name);
const PARTS = ['training', 'inference', 'start'];
const PREDICTION_BATCHES = [1, 32];
const MINUTE_MS = 60_000;

const USAGE = `npm run bench:train -- [--models ${NAMES.join(',')}]
    [--parts ${PARTS.join(',')}] [--rivals ${RIVAL_IDS.join(',')}] [--pairs 15] [--turn-ms 250] [--threads 2]
    [--lowering auto|portable|blocked] [--steps-per-run <n>] [--thorough] [--tfjs <folder>] [--name train]
  --lowering   auto is what the service would choose; the others are then tried too
  --thorough   tries torch.compile with every kind of Adam, and for inference
  --tfjs       a folder in which @tensorflow/tfjs and @tensorflow/tfjs-backend-wasm are installed
  --name       of the file of results
`;

/** @param {string} line */
function say(line) {
  process.stdout.write(`${line}\n`);
}

/** @param {Awaited<ReturnType<typeof compare>>} result */
function print({ contenders }) {
  for (const [id, { median_ms, p20_ms, quartiles_ms, ratio }] of Object.entries(contenders)) {
    const times = `${median_ms.toFixed(2).padStart(9)} ms  p20 ${p20_ms.toFixed(2)}, half in ${quartiles_ms.join(' to ')}`;
    say(`  ${id.padEnd(14)}${times}${ratio ? `;  ratio ${verdictOf(ratio)}` : ''}`);
  }
}

/** @param {import('./figures.mjs').Ratio} ratio */
function verdictOf({ median, interval_95: [low, high], limit, reached }) {
  const figure = `${median.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;
  return limit === null ? figure : `${figure}, at least ${limit}: ${reached ? 'reached' : 'MISSED'}`;
}

/** Inference of one network is the same whatever it is trained with. @param {readonly import('./models.mjs').TrainModel[]} models */
function differentNetworks(models) {
  return models.filter(({ network }, place) => models.findIndex((model) => model.network === network) === place);
}

function readOptions() {
  return parseArgs({
    options: {
      models: { type: 'string', default: NAMES.join(',') },
      parts: { type: 'string', default: PARTS.join(',') },
      rivals: { type: 'string', default: RIVAL_IDS.join(',') },
      pairs: { type: 'string', default: '15' },
      'turn-ms': { type: 'string', default: '250' },
      threads: { type: 'string', default: '2' },
      lowering: { type: 'string', default: 'auto' },
      'steps-per-run': { type: 'string' },
      thorough: { type: 'boolean', default: false },
      tfjs: { type: 'string' },
      name: { type: 'string', default: 'train' },
      help: { type: 'boolean', default: false },
    },
  }).values;
}

/** @param {ReturnType<typeof readOptions>} options @param {readonly import('./rivals.mjs').Rival[]} rivals */
async function measureAll(options, rivals) {
  const { lowering } = options;
  const [threads, rounds, turnMs] = [options.threads, options.pairs, options['turn-ms']].map(Number);
  const amount = { rounds, turnMs, thorough: options.thorough, stepsPerRun: options['steps-per-run'] };
  const models = options.models.split(',').map((name) => trainModel(name));
  const parts = options.parts.split(',');
  const tasks = [
    ...(parts.includes('training') ? models : []).map((model) => ({
      model,
      mode: 'train',
      batchSize: model.batchSize,
    })),
    ...(parts.includes('inference') ? differentNetworks(models) : []).flatMap((model) =>
      PREDICTION_BATCHES.map((batchSize) => ({ model, mode: 'predict', batchSize })),
    ),
  ];
  const results = [];
  const startedAt = performance.now();
  for (const [place, { model, mode: asked, batchSize }] of tasks.entries()) {
    const mode = asked === 'train' ? 'train' : 'predict';
    const settings =
      mode === 'predict' ? ['served', 'exported'] : lowering === 'auto' ? ['auto', 'portable', 'blocked'] : [lowering];
    const minutes = ((performance.now() - startedAt) / MINUTE_MS).toFixed(1);
    say(`\n${place + 1} of ${tasks.length}, after ${minutes} min`);
    const result = await compare({ model, mode, batchSize, threads }, { rivals, settings }, amount, say);
    print(result);
    results.push(result);
  }
  const start = parts.includes('start') ? await timeStarts(threads, lowering) : null;
  if (start) {
    const verdict = `below ${start.limit_ms} wanted: ${start.reached ? 'reached' : 'MISSED'}`;
    say(`\n${start.model}, compile and session: ${start.ms.join(', ')} ms; ${verdict}`);
  }
  return { threads, turn_ms: turnMs, lowering, results, start };
}

async function main() {
  const options = readOptions();
  if (options.help) return say(USAGE);
  const { rivals, missing } = findRivals(options.rivals.split(','));
  const tfjs = findTfjs(options.tfjs);
  for (const line of [...missing, ...('missing' in tfjs ? [tfjs.missing] : [])]) say(`Without ${line}.`);
  const measured = await measureAll(options, rivals);
  const javascript = 'missing' in tfjs ? null : await timeTfjs(tfjs.folder, say);
  const verdicts = measured.results.flatMap(({ model, mode, batch_size, contenders }) =>
    Object.entries(contenders).flatMap(([rival, { ratio }]) =>
      ratio?.limit ? [{ what: `${model} ${mode} ${batch_size} against ${rival}`, ...ratio }] : [],
    ),
  );
  const missed = verdicts.filter(({ reached }) => !reached);
  say(`\n${verdicts.length - missed.length} of ${verdicts.length} bounds are reached.`);
  for (const { what, ...ratio } of missed) say(`  ${what}: ${verdictOf(ratio)}`);
  // A rival that could not be timed is no bound missed, but not what was asked for either.
  if (measured.results.some(({ failed }) => Object.keys(failed).length > 0)) process.exitCode = 1;
  writeResult(options.name, { ...measured, missing, tfjs: javascript, missed: missed.map(({ what }) => what) });
}

await main();
