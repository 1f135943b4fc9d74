/** What must still be put into a queue. A row is written in the transaction of the change that it announces. */
import type { QueueName, QueuePayload } from '@trainyard/contracts';
import type { Prisma, PrismaClient } from '../client.js';
import { fromJson, toJson } from '../json.js';

/** One message to send. `id` makes sending it twice harmless, when the queue takes it as the id of its entry. */
export type OutboxEntry = {
  [Q in QueueName]: { id: string; queue: Q; subjectId: string; payload: QueuePayload<Q> };
}[QueueName];

/** Announces a change, not before a time if one is given; call it in the transaction that makes the change. */
export async function enqueue<Q extends QueueName>(
  tx: Prisma.TransactionClient,
  queue: Q,
  subjectId: string,
  payload: QueuePayload<Q>,
  notBefore: Date | null = null,
): Promise<void> {
  await tx.outbox.create({ data: { queue, subjectId, payload: toJson(payload), notBefore } });
}

function toEntry(row: Prisma.OutboxGetPayload<object>): OutboxEntry {
  const entry = { id: `outbox-${row.id}`, subjectId: row.subjectId };
  switch (row.queue) {
    case 'ingest':
      return { ...entry, queue: 'ingest', payload: fromJson<QueuePayload<'ingest'>>(row.payload) };
    case 'analysis':
      return { ...entry, queue: 'analysis', payload: fromJson<QueuePayload<'analysis'>>(row.payload) };
    default:
      return { ...entry, queue: 'training', payload: fromJson<QueuePayload<'training'>>(row.payload) };
  }
}

export function openOutbox(client: PrismaClient) {
  return {
    /** What has not been sent yet and is due by the database's clock, oldest first. */
    async pending(limit = 100): Promise<OutboxEntry[]> {
      const due = await client.$queryRaw<{ id: bigint }[]>`
        SELECT id FROM outbox
        WHERE dispatched_at IS NULL AND (not_before IS NULL OR not_before <= clock_timestamp())
        ORDER BY id LIMIT ${limit}`;
      if (due.length === 0) return [];
      const rows = await client.outbox.findMany({
        where: { id: { in: due.map(({ id }) => id) } },
        orderBy: { id: 'asc' },
      });
      return rows.map(toEntry);
    },

    /** Call it once the queue holds the entries. */
    async markDispatched(ids: readonly string[]): Promise<void> {
      const rowIds = ids.map((id) => BigInt(id.slice('outbox-'.length)));
      await client.outbox.updateMany({ where: { id: { in: rowIds } }, data: { dispatchedAt: new Date() } });
    },

    /**
     * Makes entries pending again that were sent longer ago than `olderThanMs` while their data set or analysis still waits
     * for a worker: the queue may have lost them. Answers how many. An entry that the queue still holds is not doubled, because
     * it keeps its id. Jobs need no second entry: workers look for them by themselves, and one that a limit holds up
     * would wake them for nothing.
     */
    redispatch(olderThanMs: number): Promise<number> {
      return client.$executeRaw`
        UPDATE outbox SET dispatched_at = NULL
        WHERE dispatched_at < now() - make_interval(secs => ${olderThanMs / 1000}::float8)
          AND id IN (
            SELECT max(o.id) FROM outbox o
            JOIN datasets d ON d.id = o.subject_id AND d.status = 'processing' AND d.worker_id IS NULL AND d.deleted_at IS NULL
            WHERE o.queue = 'ingest' GROUP BY o.subject_id
            UNION ALL
            SELECT max(o.id) FROM outbox o JOIN analyses a ON a.id = o.subject_id AND a.status = 'queued'
            WHERE o.queue = 'analysis' GROUP BY o.subject_id
          )`;
    },
  };
}
