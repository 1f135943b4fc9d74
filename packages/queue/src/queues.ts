/** The sending side of the queues. */
import {
  parseQueuePayload,
  QUEUE_NAMES,
  type QueueName,
  type QueuePayload,
  TrainyardError,
} from '@trainyard/contracts';
import { Queue } from 'bullmq';
import { connect, PREFIX } from './connection.js';

export interface Queues {
  /**
   * Puts an entry in. With the `jobId` of an entry that the queue still holds this changes nothing. Throws
   * `unavailable` when Redis does not answer within 5 s.
   */
  add<Q extends QueueName>(queue: Q, payload: QueuePayload<Q>, options: { jobId: string }): Promise<void>;
  /** How many entries wait for a consumer. */
  waiting(queue: QueueName): Promise<number>;
  /** Throws when Redis does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** An entry is gone as soon as it was handled or has failed for good: what became of it is in Postgres. */
const ENTRY = { removeOnComplete: true, removeOnFail: true };

const ANSWER_MS = 5_000;

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
      const checked = parseQueuePayload(queue, payload);
      await answered(queues.get(queue)?.add(queue, checked, { ...ENTRY, jobId }));
    },
    async waiting(queue) {
      return (await answered(queues.get(queue)?.getWaitingCount())) ?? 0;
    },
    async ping() {
      await answered(connection.ping());
    },
    async close() {
      await Promise.all([...queues.values()].map((queue) => queue.close()));
      connection.disconnect();
    },
  };
}

/** BullMQ waits for the first connection without an end; a caller is to hear of it. */
async function answered<T>(asked: Promise<T> | undefined): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(unavailable()), ANSWER_MS);
  });
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}

function unavailable(): TrainyardError {
  return new TrainyardError('unavailable', 'The queue cannot be reached. Try again when Redis is back.');
}
