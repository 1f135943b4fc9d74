/** The thread that describes models: the estimate of memory compiles their training step. */
import { parentPort } from 'node:worker_threads';
import { buildModel, summarizeModel } from '@trainyard/engine';
import type { SummaryOrder, SummaryReport } from './summary-messages.js';

const BATCH_SIZE = 32;

parentPort?.on('message', (order: SummaryOrder) => parentPort?.postMessage(answer(order)));

function answer({ number, spec, data, batchSize = BATCH_SIZE, optimizer }: SummaryOrder): SummaryReport {
  try {
    return { number, summary: summarizeModel(buildModel(spec, data), batchSize, optimizer) };
  } catch (error) {
    return { number, error };
  }
}
