// Trains a model on arrays through the fit loop that the trainer runs, with the plan that it would choose.
import { buildModel, parseModelSpec, randomBytes, randomInputsOf, summarizeModel } from '@trainyard/engine';
import { choosePlan, stepsPerEpoch } from '@trainyard/runtime';
import { runFitLoop, trainingOf } from './fit-loop.mjs';

/**
 * @typedef {object} FitOnArrays
 * @property {object} spec As a client posts it
 * @property {import('@trainyard/contracts').ImageSize} image
 * @property {readonly string[]} classes
 * @property {import('@trainyard/contracts').TrainingOptions} options
 * @property {import('@trainyard/runtime').TrainingData} data
 * @property {number} threads
 * @property {number | null} [block] Lanes of the blocked layout that it is trained in; the plain one where left out
 * @property {boolean} [test] Whether the test split is evaluated at the end, as jobs do
 * @property {boolean} [probed] Whether it looks into the network, as jobs do
 * @property {(row: import('@trainyard/contracts').EpochMetrics) => void} [onEpoch]
 * @property {(row: import('@trainyard/contracts').ProbeMetrics) => void} [onProbe]
 * @property {(progress: import('@trainyard/contracts').JobProgress) => void | Promise<void>} [onProgress] Training waits for it
 * @property {(snapshot: import('@trainyard/runtime').Snapshot) => Promise<void>} [onCheckpoint]
 * @property {() => void} [onStart] Called when all is compiled
 */

/** @param {FitOnArrays} input @returns {Promise<{ plan: import('@trainyard/contracts').ExecutionPlan }>} */
export async function fitArrays({
  spec,
  image,
  classes,
  options,
  data,
  threads,
  block = null,
  test = false,
  probed = false,
  ...told
}) {
  const model = buildModel(parseModelSpec(spec), { image, classes: classes.length, task: 'multiclass' });
  const training = trainingOf(model, options);
  const steps = stepsPerEpoch(data, training);
  const plan = planFor(model, { threads, block, batchSize: training.batch_size, stepsPerEpoch: steps });
  await runFitLoop({
    ...{ model, training, data, classes, plan, test },
    statistics: { mean: Array(image.channels).fill(0.5), std: Array(image.channels).fill(0.25) },
    ...(probed ? { probedImages: data.splits.train.count } : {}),
    onStart: told.onStart,
    observer: {
      steps: async (_rows, progress) => told.onProgress?.(progress),
      epoch: async (row) => told.onEpoch?.(row),
      probe: async (row) => told.onProbe?.(row),
      checkpoint: async (snapshot) => told.onCheckpoint?.(snapshot),
    },
  });
  return { plan };
}

/**
 * @param {import('@trainyard/engine').Model} model
 * @param {{ threads: number, block?: number | null, batchSize: number, stepsPerEpoch: number }} options
 */
export function planFor(model, { threads, block = null, batchSize, stepsPerEpoch: steps }) {
  const { width, height, channels } = model.image;
  const random = randomInputsOf(model, batchSize).reduce((sum, input) => sum + randomBytes(input), 0);
  const batchBytes = batchSize * width * height * channels + random;
  return choosePlan({
    device: 'cpu',
    threads,
    summary: summarizeModel(model, batchSize),
    batchBytes,
    stepsPerEpoch: steps,
    ...(block === null ? {} : { block }),
  });
}
