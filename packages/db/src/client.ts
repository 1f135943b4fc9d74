/** The Prisma client over node-postgres. */
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from './generated/client.js';

export { Prisma, type PrismaClient } from './generated/client.js';

const CONNECTIONS_MAX = 10;

/** How long a caller waits for a connection, a new one or one that another caller has. */
const CONNECT_MS = 5_000;

/** A query without an answer for so long has none to expect: Postgres, or the way there, has come to a halt. */
const QUERY_MS = 20_000;

/** A process that is frozen within a transaction keeps its locks for no longer: others wait for them. */
const FROZEN_MS = 10_000;

/** How long a transaction may wait for a connection, and then run. */
const TRANSACTION = { maxWait: CONNECT_MS + 1_000, timeout: 20_000 };

export function openClient(url: string): PrismaClient {
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS_MAX,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: QUERY_MS,
    idle_in_transaction_session_timeout: FROZEN_MS,
    keepAlive: true,
  });
  // A connection that breaks while it changes hands has no listener for a moment, and would end the process.
  pool.on('connect', (connection) => void connection.on('error', () => undefined));
  const adapter = new PrismaPg(pool, { disposeExternalPool: true });
  return new PrismaClient({ adapter, transactionOptions: TRANSACTION });
}
