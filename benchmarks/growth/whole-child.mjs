// One job as a trainer's process trains it, from the check of the data set to the test; tells when what was done.
import process from 'node:process';
import { verifyManifest } from '@trainyard/datasets';
import { permutation } from '@trainyard/engine';
import { keepLargeBlocksMapped, train } from '@trainyard/runtime';
import { openObjectStore } from '@trainyard/storage';
import { specOf, trainingOf } from './networks.mjs';

/** @typedef {{ root: string, model: string, dataset: import('@trainyard/contracts').TrainingTask['dataset'], epochs: number, threads: number, images: number }} Order */

/**
 * @typedef {object} Figures
 * @property {Record<string, number>} at Seconds since the process had its order
 * @property {number} shuffle_s Of the images of one epoch
 * @property {{ images_per_s: number, duration_s: number }[]} epochs
 */

/** @param {Order} order @returns {Promise<Figures>} */
async function work({ root, model, dataset, epochs, threads, images }) {
  keepLargeBlocksMapped();
  const store = openObjectStore({ root });
  const begun = performance.now();
  const seconds = () => Math.round(performance.now() - begun) / 1000;
  /** @type {Record<string, number>} */
  const at = {};
  /** @type {import('@trainyard/contracts').EpochMetrics[]} */
  const rows = [];
  await verifyManifest(store, dataset.id, dataset.digest);
  at.verified = seconds();
  await train(
    {
      ...{ job_id: `job_${images}`, attempt: 1, spec: specOf(model), training: trainingOf(model, epochs), dataset },
      ...{ device: 'cpu', threads, plan: null, checkpoints: [], rollback: null },
    },
    {
      store,
      signal: new AbortController().signal,
      async report(report) {
        if (report.type === 'log' && at.opened === undefined) at.opened = seconds();
        if (report.type === 'planned') at.planned = seconds();
        if (report.type === 'running') at.running = seconds();
        if (report.type === 'steps') at.first_steps ??= seconds();
        if (report.type === 'epoch') rows.push(report.row);
        if (report.type === 'trained') at.trained = seconds();
      },
    },
  );
  const shuffling = performance.now();
  permutation(images, 0, 1);
  const shuffle_s = Math.round(performance.now() - shuffling) / 1000;
  return { at, shuffle_s, epochs: rows.map(({ images_per_s, duration_s }) => ({ images_per_s, duration_s })) };
}

const ending = () => process.exit(1);
process.once('disconnect', ending);
process.once('message', async (order) => {
  const figures = await work(/** @type {Order} */ (order));
  process.off('disconnect', ending);
  process.send?.(figures, () => process.exit(0));
});
