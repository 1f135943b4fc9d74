/** A thread that prepares runs: see `PreparingThread`. */
import { parentPort, workerData } from 'node:worker_threads';
import { doHostWork, type HostAnswer, type HostWork, type PreparingThreadData } from './host-work.js';
import { ImageChanges } from './image-changes.js';

const data: PreparingThreadData = workerData;
const changes = data.changes && new ImageChanges(data.changes);

parentPort?.on('message', (work: HostWork) => parentPort?.postMessage(answerTo(work)));

function answerTo(work: HostWork): HostAnswer {
  try {
    return { mixed: doHostWork(work, changes) };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}
