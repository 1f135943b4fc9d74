// Redis for tests: every caller gets a numbered database of its own in the shared server.
import { inject } from 'vitest';
import { nextNumber } from './postgres.js';
import { DATABASES_OF_REDIS } from './redis-databases.js';

/** Answers the URL of an empty Redis database that nobody else uses. */
export async function createTestRedis(): Promise<string> {
  const number = await nextNumber('redis_databases');
  if (number >= DATABASES_OF_REDIS) throw new Error(`More than ${DATABASES_OF_REDIS} Redis databases are in use.`);
  return `${inject('redisUrl')}/${number}`;
}
