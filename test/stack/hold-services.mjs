// Starts both servers in the folder given, prints their pids, and then only waits to be killed.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startGuard } from '../../scripts/stack/guard.mjs';
import { startPostgres } from '../../scripts/stack/postgres.mjs';
import { startRedis } from '../../scripts/stack/redis.mjs';

const folder = process.argv[2] ?? '';
const inner = startGuard();
/** @type {number[]} */
const pids = [];
/** @type {import('../../scripts/stack/guard.mjs').Guard} */
const guard = {
  ...inner,
  watch(child, signal, stage) {
    inner.watch(child, signal, stage);
    // Passing commands, such as initdb, are watched as well; what stays is a server.
    if (stage === 0 && child.pid !== undefined) pids.push(child.pid);
  },
};
const { signal } = new AbortController();
await Promise.all([
  startPostgres({ directory: join(folder, 'postgres'), guard, signal }),
  startRedis({ directory: join(folder, 'redis'), guard, signal, report: () => {} }),
]);
process.stdout.write(`${JSON.stringify(pids)}\n`);
setInterval(() => readFileSync('/dev/null'), 1000);
