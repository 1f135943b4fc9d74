// The Trainyard that the tests of this folder share, with its worker and a data set of striped images.
import type { Dataset } from '@trainyard/contracts';
import type { Program } from '../../setup/index.js';
import { readyDataset, startTrainyard, type Trainyard } from '../trainyard.js';

export interface OneWorker {
  readonly trainyard: Trainyard;
  readonly dataset: Dataset;
  worker: Program;
}

/** Of the worker, and of whoever takes its place. */
export const RULES = { TRAINYARD_PLAN_WAIT_SECONDS: '2' };

let started: Promise<OneWorker> | undefined;

/** The same for all who ask in one test file. */
export function oneWorker(): Promise<OneWorker> {
  started ??= start();
  return started;
}

async function start(): Promise<OneWorker> {
  const trainyard = await startTrainyard();
  const worker = await trainyard.startWorker(RULES);
  return { trainyard, worker, dataset: await readyDataset(trainyard) };
}
