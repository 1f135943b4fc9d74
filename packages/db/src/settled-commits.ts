/**
 * Finds out what became of a transaction whose connection was lost while it was committed: Postgres knows. Without this
 * a write that is tried again could be there twice.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Prisma, PrismaClient } from './client.js';
import { isDatabaseUnavailable } from './errors.js';

const ASK_MS = 250;

type Work<T> = (tx: Prisma.TransactionClient) => Promise<T>;
type Options = Parameters<PrismaClient['$transaction']>[1];

/**
 * A client whose transactions, where they end with a lost connection, have not happened for certain, and give their
 * result where they have. It asks for up to `settleMs` milliseconds, through an outage; after that nobody knows.
 */
export function settleCommits(client: PrismaClient, settleMs: number): PrismaClient {
  const begin = <T>(work: Work<T>, options?: Options) => settled(client, settleMs, work, options);
  return new Proxy(client, {
    get: (target, name) => (name === '$transaction' ? begin : Reflect.get(target, name)),
  });
}

async function settled<T>(client: PrismaClient, settleMs: number, work: Work<T>, options?: Options): Promise<T> {
  const done: { result: T; transaction: string }[] = [];
  try {
    return await client.$transaction(async (tx) => {
      const result = await work(tx);
      const [row] = await tx.$queryRaw<{ id: string | null }[]>`SELECT pg_current_xact_id_if_assigned()::text AS id`;
      // One that has written nothing has no number, and can be done again.
      if (row?.id) done.push({ result, transaction: row.id });
      return result;
    }, options);
  } catch (error) {
    const [unknown] = done;
    if (!unknown || !isDatabaseUnavailable(error)) throw error;
    if (await hasCommitted(client, unknown.transaction, performance.now() + settleMs)) return unknown.result;
    throw error;
  }
}

/** Postgres may still wait for a client that is gone, so it is asked until the transaction has ended. */
async function hasCommitted(client: PrismaClient, transaction: string, deadline: number): Promise<boolean> {
  for (;;) {
    try {
      const [row] = await client.$queryRaw<{ status: string | null }[]>`
        SELECT pg_xact_status(${transaction}::xid8) AS status`;
      if (row?.status !== 'in progress') return row?.status === 'committed';
    } catch (error) {
      if (!isDatabaseUnavailable(error)) throw error;
    }
    if (performance.now() > deadline) return false;
    await sleep(ASK_MS);
  }
}
