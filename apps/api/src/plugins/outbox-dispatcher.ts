/**
 * Puts what the outbox holds into the queues: at once when a route pokes it after its commit, and by a sweep for what an
 * earlier process left. Doing it twice is harmless, since the outbox gives every entry its id.
 */
import type { Database, OutboxEntry } from '@trainyard/db';
import type { Queues } from '@trainyard/queue';
import plugin from 'fastify-plugin';
import { startPeriodicTask } from './periodic-task.js';

declare module 'fastify' {
  interface FastifyInstance {
    /** Says that the outbox has something new. */
    dispatch: () => void;
  }
}

const SWEEP_MS = 1_000;
const BATCH = 100;

export const outboxDispatcher = plugin(
  async (app) => {
    const run = () => dispatchPending(app.db.outbox, app.queues);
    const task = startPeriodicTask({ name: 'outbox', everyMs: SWEEP_MS, log: app.log, run });
    app.decorate('dispatch', task.poke);
    app.addHook('onClose', task.stop);
  },
  { name: 'outbox-dispatcher', fastify: '5.x' },
);

async function dispatchPending(outbox: Database['outbox'], queues: Queues): Promise<void> {
  for (;;) {
    const entries = await outbox.pending(BATCH);
    for (const entry of entries) await send(queues, entry);
    if (entries.length > 0) await outbox.markDispatched(entries.map(({ id }) => id));
    if (entries.length < BATCH) return;
  }
}

function send(queues: Queues, entry: OutboxEntry): Promise<void> {
  const options = { jobId: entry.id };
  switch (entry.queue) {
    case 'ingest':
      return queues.add(entry.queue, entry.payload, options);
    case 'analysis':
      return queues.add(entry.queue, entry.payload, options);
    case 'training':
      return queues.add(entry.queue, entry.payload, options);
  }
}
