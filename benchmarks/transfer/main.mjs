// `npm run bench:transfer`: what weights that are trained already are worth where there are few images. A network learns
// five classes of Fashion-MNIST from many images; others learn the other five from a few, with and without its weights.
import process from 'node:process';
import { parseArgs } from 'node:util';
import { resolveTraining } from '@trainyard/contracts';
import {
  buildModel,
  freezeLayers,
  initialParameters,
  matchWeights,
  metricContext,
  parseModelSpec,
  preprocessingFor,
} from '@trainyard/engine';
import {
  fit as fitLoop,
  keepLargeBlocksMapped,
  openTraining,
  PhasedFit,
  phasesOf,
  stepsPerEpoch,
} from '@trainyard/runtime';
import { planFor } from '../fit-arrays.mjs';
import { CLASSES, DEBIAN_FOLDER, readFashionMnist } from '../learning/fashion-mnist.mjs';
import { writeResult } from '../report.mjs';

const USAGE = `npm run bench:transfer -- [--data <folder>] [--seeds 0,1,2] [--per-class 5,20]
  --data       the folder of the four IDX files; ${DEBIAN_FOLDER} where left out
  --seeds      one round each: the images, the source and the three trainings
  --per-class  images of each new class; nothing is written where this or the seeds are others
`;

const IMAGE = /** @type {const} */ ({ width: 28, height: 28, channels: 1 });
const SOURCE_PER_CLASS = 1500;
const FROZEN = ['conv_1', 'norm_1', 'conv_2', 'norm_2'];

/** @param {string} top */
const layersWith = (top) => [
  ...[1, 2].flatMap((i) => [
    { type: 'conv2d', name: `conv_${i}`, filters: 16 * i, kernel_size: 3, padding: 'same', use_bias: false },
    { type: 'batch_normalization', name: `norm_${i}`, momentum: 0.9 },
    { type: 'activation', name: `relu_${i}`, activation: 'relu' },
    { type: 'max_pooling2d', name: `pool_${i}`, pool_size: 2 },
  ]),
  { type: 'flatten', name: 'flat' },
  { type: 'dropout', name: 'drop', rate: 0.3 },
  { type: 'dense', name: top, units: 'classes', activation: 'softmax' },
];

/** @typedef {import('@trainyard/runtime').TrainingSplit} TrainingSplit */
/** @typedef {import('@trainyard/runtime').FitStart} FitStart */
/** @typedef {import('@trainyard/contracts').TransferTask} TransferTask */

/**
 * So many images of each class, in an order that the seed decides; labels count from the first of the classes.
 *
 * @param {TrainingSplit} split @param {readonly number[]} classes @param {number} perClass @param {number} seed
 * @returns {TrainingSplit}
 */
function some(split, classes, perClass, seed) {
  const chosen = classes.flatMap((label) => {
    const rows = [...split.labels.keys()].filter((row) => split.labels[row] === label);
    // A step that has no divisor in common with the count visits every row.
    return Array.from({ length: Math.min(perClass, rows.length) }, (_, i) => rows[(seed * 1009 + i * 7) % rows.length]);
  });
  return {
    count: chosen.length,
    labels: Int32Array.from(chosen, (row) => classes.indexOf(split.labels[row])),
    readImages: (indices, out) =>
      split.readImages(
        Uint32Array.from(indices, (i) => chosen[i]),
        out,
      ),
  };
}

/**
 * Trains phase after phase, as a job does, and tests what came of it.
 *
 * @param {{ top: string, training: object, train: TrainingSplit, test: TrainingSplit,
 *           start?: Map<string, Float32Array>, transfer?: TransferTask }} options
 */
async function learn({ top, training: options, train, test, start, transfer }) {
  const spec = parseModelSpec({ layers: layersWith(top) });
  const shape = /** @type {const} */ ({ image: IMAGE, classes: 5, task: 'multiclass' });
  const model = buildModel(spec, shape);
  const training = resolveTraining(options);
  const steps = stepsPerEpoch({ splits: { train, validation: train, test } }, training);
  const plan = planFor(model, { threads: 1, batchSize: training.batch_size, stepsPerEpoch: steps });
  const context = metricContext(model, ['a', 'b', 'c', 'd', 'e']);
  const preprocessing = preprocessingFor('unit', { mean: [0.5], std: [0.25] }, 1);
  const nothing = some(train, [], 0, 0);
  const { signal } = new AbortController();
  /** @type {FitStart} */
  let newest = {
    tensors: new Map([...initialParameters(model, training.seed), ...(start ?? [])]),
    epoch: 0,
    step: 0,
    best: null,
    learningRate: null,
  };
  const phased = new PhasedFit({
    phases: phasesOf(training, transfer),
    open: (phase) =>
      openTraining({
        model: buildModel(freezeLayers(spec, new Set(phase.frozen)), shape),
        training,
        preprocessing,
        plan,
        context,
        steps,
      }),
    newest: async () => newest,
  });
  await phased.fit(newest, (compiled, phase, from) =>
    fitLoop({
      ...compiled,
      training,
      data: { splits: { train, validation: nothing, test } },
      context,
      phase,
      start: from,
      signal,
      observer: {
        steps: async () => {},
        epoch: async () => {},
        checkpoint: async ({ position: { seed: _, ...position }, tensors }) => {
          newest = { ...position, tensors: new Map([...tensors].map(([name, { data }]) => [name, data])) };
        },
      },
    }),
  );
  const tested = await phased.current.evaluator.evaluate(newest.tensors, test, signal);
  await phased.release();
  return { model, tensors: newest.tensors, accuracy: tested?.accuracy ?? Number.NaN };
}

/** @param {ReturnType<typeof readFashionMnist>} images @param {number} seed @param {number} perClass */
async function round({ train, test }, seed, perClass) {
  const [old, fresh] = [
    [0, 1, 2, 3, 4],
    [5, 6, 7, 8, 9],
  ];
  const optimizer = { type: 'adam', learning_rate: 0.002 };
  const source = await learn({
    top: 'old_top',
    training: { epochs: 3, batch_size: 64, optimizer, seed },
    train: some(train, old, SOURCE_PER_CLASS, seed),
    test: some(test, old, 1000, 0),
  });
  const few = {
    top: 'new_top',
    training: { epochs: 30, batch_size: 20, optimizer, seed, checkpoints: { every_epochs: 100 } },
    train: some(train, fresh, perClass, seed),
    test: some(test, fresh, 1000, 0),
  };
  const { matched } = matchWeights(
    buildModel(parseModelSpec({ layers: layersWith('new_top') }), { image: IMAGE, classes: 5, task: 'multiclass' }),
    source.model,
  );
  const taken = new Set(matched.map(({ layer }) => layer));
  const start = new Map([...source.tensors].filter(([name]) => taken.has(name.split('/')[0])));
  const frozen = { source: null, frozen: FROZEN, unfreeze: null };
  return {
    source: source.accuracy,
    from_scratch: (await learn(few)).accuracy,
    fine_tuned_at_once: (await learn({ ...few, start })).accuracy,
    frozen: (await learn({ ...few, start, transfer: frozen })).accuracy,
    two_phases: (
      await learn({ ...few, start, transfer: { ...frozen, unfreeze: { epoch: 16, learning_rate_factor: 0.1 } } })
    ).accuracy,
  };
}

const options = /** @type {const} */ ({
  data: { type: 'string', default: DEBIAN_FOLDER },
  seeds: { type: 'string', default: '0,1,2' },
  'per-class': { type: 'string', default: '5,20' },
  help: { type: 'boolean', default: false },
});
const { values } = parseArgs({ options });
if (values.help) {
  process.stdout.write(USAGE);
  process.exit(0);
}
keepLargeBlocksMapped();
const images = readFashionMnist(values.data);
process.stdout.write(`Few images of ${CLASSES.slice(5).join(', ')}; test accuracy on 5000 others\n`);
const rounds = [];
for (const perClass of values['per-class'].split(',').map(Number)) {
  for (const seed of values.seeds.split(',').map(Number)) {
    const accuracy = await round(images, seed, perClass);
    rounds.push({ per_class: perClass, seed, accuracy });
    const cells = Object.entries(accuracy).map(([name, value]) => `${name} ${value.toFixed(4)}`);
    process.stdout.write(`${perClass} each, seed ${seed}: ${cells.join('  ')}\n`);
  }
}
if (values['per-class'] === options['per-class'].default && values.seeds === options.seeds.default) {
  writeResult('transfer', { source_per_class: SOURCE_PER_CLASS, epochs: 30, rounds });
}
