// The bare fit loop: a process that trains as a job does, with the same plan on the same tensors, without a service around
// it: no reports, no rows, no checkpoints, no looks into the network.
import process from 'node:process';
import { resolveTraining } from '@trainyard/contracts';
import { openPacked } from '@trainyard/datasets';
import {
  buildModel,
  defaultLoss,
  defaultMetrics,
  initialParameters,
  metricContext,
  parseModelSpec,
  preprocessingFor,
} from '@trainyard/engine';
import { fit as fitLoop, keepLargeBlocksMapped, openTraining, stepsPerEpoch } from '@trainyard/runtime';
import { openObjectStore } from '@trainyard/storage';

/**
 * @typedef {object} BareOrder
 * @property {string} objects The folder of the object store
 * @property {any} dataset As the API shows it
 * @property {any} body Of the job
 * @property {import('@trainyard/contracts').ExecutionPlan} plan Of the job
 *
 * @typedef {{ seconds: number[], losses: number[] }} BareRun For each epoch when it ended, from the start of the loop, and its loss
 */

/** @param {BareOrder} order @returns {Promise<BareRun>} */
async function train({ objects, dataset, body, plan }) {
  const { image, classes, stats, task } = dataset;
  const spec = body.model;
  const model = buildModel(parseModelSpec(spec), { image: spec.input ?? image, classes: classes.length, task });
  const data = await openPacked(openObjectStore({ root: objects }), dataset.id, { ...model.image, fit: 'cover' });
  const defaults = {
    loss: defaultLoss(model.head),
    metrics: defaultMetrics(model.head),
    channels: model.image.channels,
  };
  const training = resolveTraining(body.training, defaults);
  const names = classes.map((/** @type {string | { name: string }} */ each) =>
    typeof each === 'string' ? each : each.name,
  );
  const context = metricContext(model, names);
  const compiled = await openTraining({
    model,
    training,
    preprocessing: preprocessingFor(training.normalization, stats, model.image.channels),
    plan,
    context,
    steps: stepsPerEpoch(data, training),
  });
  const tensors = initialParameters(model, training.seed);
  /** @type {BareRun} */
  const run = { seconds: [], losses: [] };
  const startedAt = performance.now();
  await fitLoop({
    ...compiled,
    training,
    data,
    context,
    start: { tensors, epoch: 0, step: 0, best: null, learningRate: null },
    signal: new AbortController().signal,
    observer: {
      steps: async () => {},
      checkpoint: async () => {},
      async epoch(row) {
        run.seconds.push((performance.now() - startedAt) / 1000);
        run.losses.push(row.train.loss);
      },
    },
  });
  await compiled.release();
  await data.close();
  return run;
}

keepLargeBlocksMapped();
process.once('message', async (/** @type {BareOrder} */ order) => {
  process.send?.(await train(order));
  process.disconnect();
});
