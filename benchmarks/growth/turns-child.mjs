// Trains in turns: each message lets it go on for so many milliseconds of training, and is answered with what that came to.
import process from 'node:process';
import { openPacked } from '@trainyard/datasets';
import { blockedLanes, keepLargeBlocksMapped } from '@trainyard/runtime';
import { openObjectStore } from '@trainyard/storage';
import { fitArrays } from '../fit-arrays.mjs';
import { CLASSES, IMAGE } from './made-dataset.mjs';
import { BATCH_SIZE, optionsOf, specOf } from './networks.mjs';

/** @typedef {{ root: string, model: string, datasetId: string, threads: number }} Order */
/** @typedef {{ run_us: number, all_us: number, images: number }} Turn Microseconds an image */

/** More than are ever trained. */
const EPOCHS = 100_000;

/** The parent's next message. @returns {Promise<unknown>} */
function told() {
  return new Promise((resolve) => process.once('message', resolve));
}

/** @param {Order} order */
async function work({ root, model, datasetId, threads }) {
  keepLargeBlocksMapped();
  const data = await openPacked(openObjectStore({ root }), datasetId, { ...IMAGE, fit: 'cover' });
  const block = await blockedLanes();
  let turn = newTurn(0);
  let last = { epoch: 0, step: 0, at: performance.now() };

  /** @param {import('@trainyard/contracts').JobProgress} progress */
  async function onProgress({ epoch, step }) {
    const now = performance.now();
    const steps = step - last.step;
    const ms = now - last.at;
    turn.all.steps += steps;
    turn.all.ms += ms;
    // Runs of several steps behind another of the same epoch: the others have the start of an epoch, or are what is left over.
    if (epoch === last.epoch && steps > 1) {
      turn.runs.steps += steps;
      turn.runs.ms += ms;
    }
    if (turn.all.ms >= turn.wanted) {
      process.send?.(figures(turn));
      turn = newTurn(Number(await told()));
    }
    last = { epoch, step, at: performance.now() };
  }

  await fitArrays({
    ...{
      spec: specOf(model),
      image: IMAGE,
      classes: CLASSES,
      options: optionsOf(EPOCHS),
      data,
      threads,
      block,
      onProgress,
    },
  });
}

/** @param {number} wanted Milliseconds */
function newTurn(wanted) {
  return { wanted, all: { steps: 0, ms: 0 }, runs: { steps: 0, ms: 0 } };
}

/** @param {ReturnType<typeof newTurn>} turn @returns {Turn} */
function figures({ all, runs }) {
  const perImage = (/** @type {{ steps: number, ms: number }} */ { steps, ms }) => (1000 * ms) / (steps * BATCH_SIZE);
  return { run_us: perImage(runs), all_us: perImage(all), images: all.steps * BATCH_SIZE };
}

process.once('disconnect', () => process.exit(1));
await work(/** @type {Order} */ (await told()));
