/** The receiving side of a queue. */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseQueuePayload, type QueueName, type QueuePayload } from '@trainyard/contracts';
import { Worker } from 'bullmq';
import { connect, PREFIX } from './connection.js';

export interface ConsumeOptions {
  /** How many entries are handled at once. */
  concurrency: number;
  /** Hears of broken connections, and of handlers that threw. */
  onError?: (error: Error) => void;
  /** How long an entry is held between two renewals; after that another consumer gets it. */
  lockMs?: number;
  /** How often entries are looked for whose consumer has stopped renewing them. */
  stalledCheckMs?: number;
}

export interface Consumer {
  /**
   * Takes no more entries, aborts the signals of those in hand, and resolves once their handlers are done. An entry that
   * was in hand while Redis cannot be reached comes again.
   */
  close(): Promise<void>;
}

const LOCK_MS = 30_000;

/** How long Redis may take to hear that the consumer closes. */
const CLOSE_MS = 2_000;

/** How often an entry may lose its consumer. Postgres counts the attempts, so the queue gives up on none of them. */
const STALLED_MAX = 1000;

/**
 * Hands each entry of a queue to `handler`. An entry may come twice, or come when it is no longer wanted: the handler
 * has to claim the row that it is about. `signal` is aborted when the consumer closes. A handler that throws ends its
 * entry; what is to be tried again is decided in Postgres.
 */
export function consume<Q extends QueueName>(
  redisUrl: string,
  queue: Q,
  handler: (payload: QueuePayload<Q>, signal: AbortSignal) => Promise<void>,
  options: ConsumeOptions,
): Consumer {
  const onError = options.onError ?? (() => undefined);
  const closing = new AbortController();
  const connection = connect(redisUrl, 'wait');
  connection.on('error', onError);
  const inHand = new Set<Promise<void>>();

  async function handle(data: unknown): Promise<void> {
    const handling = handler(parseQueuePayload(queue, data), closing.signal);
    inHand.add(handling);
    await handling.finally(() => inHand.delete(handling));
  }

  const worker = new Worker(queue, (entry) => handle(entry.data), {
    connection,
    prefix: PREFIX,
    concurrency: options.concurrency,
    lockDuration: options.lockMs ?? LOCK_MS,
    stalledInterval: options.stalledCheckMs ?? LOCK_MS,
    maxStalledCount: STALLED_MAX,
  });
  worker.on('error', onError);
  worker.on('failed', (_entry, error) => onError(error));

  return {
    async close() {
      closing.abort();
      let isClosed = false;
      const closed = worker.close().then(() => {
        isClosed = true;
      }, onError);
      await Promise.allSettled(inHand);
      await Promise.race([closed, sleep(CLOSE_MS, undefined, { ref: false })]);
      if (!isClosed) void worker.disconnect().catch(onError);
      connection.disconnect();
    },
  };
}
