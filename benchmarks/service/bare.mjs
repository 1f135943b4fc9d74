// The bare fit loop: a process that trains as a job does, with the same plan on the same tensors, without a service around
// it: no reports, no rows, no checkpoints, no looks into the network.
import process from 'node:process';
import { openPacked } from '@trainyard/datasets';
import { buildModel, parseModelSpec } from '@trainyard/engine';
import { keepLargeBlocksMapped } from '@trainyard/runtime';
import { openObjectStore } from '@trainyard/storage';
import { runFitLoop, trainingOf } from '../fit-loop.mjs';

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
  const names = classes.map((/** @type {string | { name: string }} */ each) =>
    typeof each === 'string' ? each : each.name,
  );
  /** @type {BareRun} */
  const run = { seconds: [], losses: [] };
  let startedAt = 0;
  await runFitLoop({
    ...{ model, training: trainingOf(model, body.training), data, classes: names, statistics: stats, plan },
    onStart: () => {
      startedAt = performance.now();
    },
    observer: {
      steps: async () => {},
      checkpoint: async () => {},
      async epoch(row) {
        run.seconds.push((performance.now() - startedAt) / 1000);
        run.losses.push(row.train.loss);
      },
    },
  });
  await data.close();
  return run;
}

keepLargeBlocksMapped();
process.once('message', async (/** @type {BareOrder} */ order) => {
  process.send?.(await train(order));
  process.disconnect();
});
