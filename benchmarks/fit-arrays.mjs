// Trains a model on arrays through the fit loop that the trainer runs, with the plan that it would choose.
import { resolveTraining } from '@trainyard/contracts';
import {
  buildModel,
  defaultLoss,
  defaultMetrics,
  initialParameters,
  metricContext,
  parseModelSpec,
  preprocessingFor,
  randomBytes,
  randomInputsOf,
  summarizeModel,
} from '@trainyard/engine';
import { choosePlan, fit as fitLoop, openTraining, stepsPerEpoch } from '@trainyard/runtime';

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
  const { channels } = image;
  const defaults = { loss: defaultLoss(model.head), metrics: defaultMetrics(model.head), channels };
  const training = resolveTraining(options, defaults);
  const steps = stepsPerEpoch(data, training);
  const plan = planFor(model, { threads, block, batchSize: training.batch_size, stepsPerEpoch: steps });
  const statistics = { mean: Array(image.channels).fill(0.5), std: Array(image.channels).fill(0.25) };
  const preprocessing = preprocessingFor(training.normalization, statistics, image.channels);
  const context = metricContext(model, classes);
  const compiled = await openTraining({
    model,
    training,
    preprocessing,
    plan,
    context,
    steps,
    ...(probed ? { probedImages: data.splits.train.count } : {}),
  });
  const tensors = initialParameters(model, training.seed);
  const { signal } = new AbortController();
  try {
    told.onStart?.();
    await fitLoop({
      ...compiled,
      training,
      data,
      context,
      start: { tensors, epoch: 0, step: 0, best: null, learningRate: null },
      signal,
      observer: {
        steps: async (_rows, progress) => told.onProgress?.(progress),
        epoch: async (row) => told.onEpoch?.(row),
        probe: async (row) => told.onProbe?.(row),
        checkpoint: async (snapshot) => told.onCheckpoint?.(snapshot),
      },
    });
    if (test) await compiled.evaluator.evaluate(tensors, data.splits.test, signal);
  } finally {
    await compiled.release();
  }
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
