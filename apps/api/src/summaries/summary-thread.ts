/** The thread that describes models: the estimate of memory compiles their training step. */
import { buildModel, cpuLowerings, summarizeModel } from '@trainyard/engine';
import { answerOrders } from '../threads/answer-orders.js';
import type { SummaryRequest } from './summary-messages.js';

const BATCH_SIZE = 32;

answerOrders(({ spec, data, batchSize = BATCH_SIZE, optimizer }: SummaryRequest) => {
  const model = buildModel(spec, data);
  return summarizeModel(model, batchSize, optimizer, cpuLowerings(model));
});
