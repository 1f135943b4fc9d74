/**
 * Finds out what became of a transaction whose connection was lost while it was committed. Without this a write that is
 * tried again could be there twice.
 *
 * The last thing that a transaction writes is a mark: the row that holds it tells afterwards whether the transaction has
 * happened. The number that Postgres gives a transaction does not tell: after a crash, or on a replica that takes over, the
 * number of one that was lost is not known yet, and soon is another one's.
 */
import { randomUUID } from 'node:crypto';
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
  const settling = new SettledTransactions(client, settleMs);
  const begin = <T>(work: Work<T>, options?: Options) => settling.run(work, options);
  return new Proxy(client, {
    get: (target, name) => (name === '$transaction' ? begin : Reflect.get(target, name)),
  });
}

class SettledTransactions {
  readonly #client: PrismaClient;
  readonly #settleMs: number;
  /** Rows of marks that no transaction holds, by their ids. */
  readonly #free: string[] = [];
  #marks = 0n;

  constructor(client: PrismaClient, settleMs: number) {
    this.#client = client;
    this.#settleMs = settleMs;
  }

  async run<T>(work: Work<T>, options?: Options): Promise<T> {
    const id = this.#free.pop() ?? randomUUID();
    const mark = ++this.#marks;
    const marked: { result: T }[] = [];
    try {
      const done = await this.#client.$transaction(async (tx) => {
        const result = await work(tx);
        if (await leaveMark(tx, id, mark)) marked.push({ result });
        return result;
      }, options);
      this.#free.push(id);
      return done;
    } catch (error) {
      // A lost connection may hold its row for a while, so nothing else waits for that row.
      if (!isDatabaseUnavailable(error)) this.#free.push(id);
      else if (marked[0] && (await hasHappened(this.#client, id, mark, this.#settleMs))) return marked[0].result;
      throw error;
    }
  }
}

/** False where the transaction has written nothing: it can be done again. */
async function leaveMark(tx: Prisma.TransactionClient, id: string, mark: bigint): Promise<boolean> {
  const written = await tx.$executeRaw`
    INSERT INTO transaction_marks (id, mark)
    SELECT ${id}::uuid, ${mark}::int8 WHERE pg_current_xact_id_if_assigned() IS NOT NULL
    ON CONFLICT (id) DO UPDATE SET mark = EXCLUDED.mark, marked_at = now()`;
  return written > 0;
}

/**
 * Postgres may still be at the transaction, for a client that is gone. Writing its row, as it is or else without a mark,
 * waits until it has ended.
 */
async function hasHappened(client: PrismaClient, id: string, mark: bigint, settleMs: number): Promise<boolean> {
  const deadline = performance.now() + settleMs;
  for (;;) {
    try {
      const [row] = await client.$queryRaw<{ mark: bigint }[]>`
        INSERT INTO transaction_marks AS known (id, mark) VALUES (${id}::uuid, 0)
        ON CONFLICT (id) DO UPDATE SET mark = known.mark
        RETURNING mark`;
      return row?.mark === mark;
    } catch (error) {
      if (!isDatabaseUnavailable(error)) throw error;
    }
    if (performance.now() > deadline) return false;
    await sleep(ASK_MS);
  }
}
