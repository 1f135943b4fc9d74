// Our side of `bench:train`: times training steps or predictions on request, in the lines that contender.mjs describes.
//
//     ours.mjs <model> train <batch> <threads> auto|portable|blocked [steps in a run]
//     ours.mjs <model> predict <batch> <threads> served|exported
//
// A run of a training holds several steps; what is said of it is the mean of a step.
import process from 'node:process';
import { createInterface } from 'node:readline';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { keepLargeBlocksMapped } from '@trainyard/runtime';
import { trainModel } from './models.mjs';
import { openPrediction } from './our-prediction.mjs';
import { openTraining } from './our-training.mjs';

const WARM_UP_RUNS = 3;

/** @typedef {{ run: () => Promise<void>, stepsPerRun: number, about: object, release: () => Promise<void> }} Timed */

/** Milliseconds of a step in one run. @param {Timed} timed */
async function time({ run, stepsPerRun }) {
  const startedAt = performance.now();
  await run();
  const milliseconds = performance.now() - startedAt;
  await nextTurn();
  return (milliseconds / stepsPerRun).toFixed(4);
}

async function main() {
  const [name, mode, batch, threads, setting, stepsPerRun] = process.argv.slice(2);
  const model = trainModel(name);
  const options = { batchSize: Number(batch), threads: Number(threads), setting };
  keepLargeBlocksMapped();
  const timed =
    mode === 'train'
      ? await openTraining(model, { ...options, stepsPerRun: stepsPerRun ? Number(stepsPerRun) : null })
      : await openPrediction(model, options);
  process.stdout.write(`ready ${JSON.stringify({ name: 'Trainyard', settings: [setting], ...timed.about })}\n`);
  let isWarm = false;
  for await (const line of createInterface({ input: process.stdin })) {
    const count = Number(line.split(' ')[0]);
    if (count === 0) break;
    for (let i = 0; !isWarm && i < WARM_UP_RUNS; i++) await time(timed);
    isWarm = true;
    const times = [];
    for (let i = 0; i < count; i++) times.push(await time(timed));
    process.stdout.write(`${times.join(' ')}\n`);
  }
  await timed.release();
}

await main();
