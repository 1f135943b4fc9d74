/** Queues on Redis through BullMQ. They carry ids alone and may lose them: Postgres is the truth. */
export { type ConsumeOptions, type Consumer, consume } from './consume.js';
export { openQueues, type Queues } from './queues.js';
