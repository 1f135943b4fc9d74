// Starts the PostgreSQL and the Redis that the tests below test/ share, in a temporary folder, and ends them afterwards.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startGuard } from '../../scripts/stack/guard.mjs';
import { startPostgres } from '../../scripts/stack/postgres.mjs';
import { Problem } from '../../scripts/stack/problem.mjs';
import { startRedis } from '../../scripts/stack/redis.mjs';
import { DATABASES_OF_REDIS } from './redis-databases.js';

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string;
    redisUrl: string;
  }
}

export default async function startServices(project: TestProject): Promise<() => Promise<void>> {
  const guard = startGuard();
  const directory = mkdtempSync(join(tmpdir(), 'trainyard-test-'));
  guard.removeDirectory(directory);
  const { signal } = new AbortController();
  const report = (line: string) => process.stderr.write(`${line}\n`);
  const stop = async () => {
    // Ends whatever is still registered with it.
    await guard.close();
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    const [postgres, redis] = await Promise.all([
      startPostgres({ directory: join(directory, 'postgres'), guard, signal, durable: false }),
      startRedis({ directory: join(directory, 'redis'), guard, signal, report, databases: DATABASES_OF_REDIS }),
    ]);
    project.provide('postgresUrl', postgres.url);
    project.provide('redisUrl', redis.url);
  } catch (error) {
    await stop();
    if (error instanceof Problem)
      error.message += '\nThe tests start servers of their own; DATABASE_URL and REDIS_URL are not used by them.';
    throw error;
  }
  return stop;
}
