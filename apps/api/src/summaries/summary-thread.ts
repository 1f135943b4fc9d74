/** The thread that describes models: the estimate of memory compiles their training step. */
import { buildModel, summarizeModel } from '@trainyard/engine';
import { answerOrders } from '../threads/answer-orders.js';
import type { SummaryRequest } from './summary-messages.js';

const BATCH_SIZE = 32;

answerOrders(({ spec, data, batchSize = BATCH_SIZE, optimizer }: SummaryRequest) =>
  summarizeModel(buildModel(spec, data), batchSize, optimizer),
);
