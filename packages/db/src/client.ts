/** The Prisma client over node-postgres. */
import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from './generated/client.js';

export { Prisma, type PrismaClient } from './generated/client.js';

const CONNECTIONS_MAX = 10;

/** How long a transaction may wait for a connection, and then run. */
const TRANSACTION = { maxWait: 15_000, timeout: 20_000 };

export function openClient(url: string): PrismaClient {
  const adapter = new PrismaPg({ connectionString: url, max: CONNECTIONS_MAX });
  return new PrismaClient({ adapter, transactionOptions: TRANSACTION });
}
