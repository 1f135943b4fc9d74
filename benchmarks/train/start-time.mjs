// The time from a checked model to its first step: compiling it and opening the session, in a new process each time.
import { median } from '../statistics.mjs';
import { trainModel } from './models.mjs';
import { startOurs } from './rivals.mjs';

const MODEL = 'resnet20';
const STARTS = 3;
const MS_MAX = 2000;

/** @param {number} threads @param {string} lowering */
export async function timeStarts(threads, lowering) {
  const model = trainModel(MODEL);
  const ms = [];
  for (let i = 0; i < STARTS; i++) {
    const ours = await startOurs({ model, mode: 'train', batchSize: model.batchSize, threads }, lowering);
    ms.push(Number(ours.setup.compile_ms) + Number(ours.setup.session_ms));
    await ours.end();
  }
  return { model: MODEL, lowering, ms, limit_ms: MS_MAX, reached: median(ms) < MS_MAX };
}
