// The health check of a worker's container: healthy while the worker's heartbeat in the database is fresh.
import { hostname } from 'node:os';
import process from 'node:process';
// biome-ignore lint/correctness/noUndeclaredDependencies: the image that this is copied into has the package.
import { openDatabase } from '@trainyard/db';

const db = openDatabase(process.env.DATABASE_URL ?? '');
try {
  const workers = await db.workers.alive();
  process.exitCode = workers.some(({ host }) => host === hostname()) ? 0 : 1;
} finally {
  await db.close();
}
