/** The sending side of the queues. */
import { parseQueuePayload, QUEUE_NAMES, type QueueName, type QueuePayload } from '@trainyard/contracts';
import { Queue } from 'bullmq';
import { connect, PREFIX } from './connection.js';

export interface Queues {
  /** Puts an entry in. With the `jobId` of an entry that the queue still holds this changes nothing. */
  add<Q extends QueueName>(queue: Q, payload: QueuePayload<Q>, options: { jobId: string }): Promise<void>;
  /** How many entries wait for a consumer. */
  waiting(queue: QueueName): Promise<number>;
  /** Throws when Redis does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** An entry is gone as soon as it was handled or has failed for good: what became of it is in Postgres. */
const ENTRY = { removeOnComplete: true, removeOnFail: true };

/** `onError` hears of broken connections; they are made again by themselves. */
export function openQueues(redisUrl: string, options: { onError?: (error: Error) => void } = {}): Queues {
  const connection = connect(redisUrl, 'ask');
  const onError = options.onError ?? (() => undefined);
  connection.on('error', onError);
  const queues = new Map<QueueName, Queue>(
    QUEUE_NAMES.map((name) => [name, new Queue(name, { connection, prefix: PREFIX })]),
  );
  for (const queue of queues.values()) queue.on('error', onError);

  return {
    async add(queue, payload, { jobId }) {
      await queues.get(queue)?.add(queue, parseQueuePayload(queue, payload), { ...ENTRY, jobId });
    },
    async waiting(queue) {
      return (await queues.get(queue)?.getWaitingCount()) ?? 0;
    },
    async ping() {
      await connection.ping();
    },
    async close() {
      await Promise.all([...queues.values()].map((queue) => queue.close()));
      connection.disconnect();
    },
  };
}
