// What the benchmarks of the whole service begin with: PostgreSQL and Redis of their own in a folder that goes when they end, and
// the programs of Trainyard beside them.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createClient } from '../scripts/quickstart/client.mjs';
import { startGuard } from '../scripts/stack/guard.mjs';
import { freePort } from '../scripts/stack/ports.mjs';
import { startPostgres } from '../scripts/stack/postgres.mjs';
import { startProgram } from '../scripts/stack/programs.mjs';
import { startRedis } from '../scripts/stack/redis.mjs';

/** Of an operator. */
export const KEY = 'ty_bench_operator_key_0123456789abcdef';
/** How often a client looks at a job, as people's do: each look takes from the training on a machine that it fills. */
const POLL_MS = 1000;

/**
 * @typedef {import('../scripts/stack/programs.mjs').Program} Program
 * @typedef {Readonly<Record<string, string>>} Settings Variables of the environment
 *
 * @typedef {object} Servers
 * @property {string} folder For the caller's files
 * @property {string} objects The folder of the object store
 * @property {string} databaseUrl
 * @property {number} port Of the API
 * @property {ReturnType<typeof createClient>} client
 * @property {(path: string) => Promise<any>} get Asks the API
 * @property {(name: 'api' | 'worker' | 'inference', more?: Settings) => Promise<Program>} start
 */

/**
 * @param {import('../scripts/stack/shutdown.mjs').Shutdown} shutdown Ends all of it
 * @param {Settings} [settings] Of all programs
 * @returns {Promise<Servers>} No program runs yet
 */
export async function startServers(shutdown, settings = {}) {
  const guard = startGuard();
  shutdown.defer(() => guard.close());
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-bench-'));
  guard.removeDirectory(folder);
  const { signal } = shutdown;
  const postgres = await startPostgres({ directory: join(folder, 'postgres'), guard, signal });
  shutdown.defer(postgres.stop);
  const redis = await startRedis({ directory: join(folder, 'redis'), guard, signal, report: () => {} });
  shutdown.defer(redis.stop);
  const port = await freePort();
  const data = join(folder, 'data');
  const env = {
    ...foreign(),
    ...{ DATABASE_URL: postgres.url, REDIS_URL: redis.url, ORT_DISABLE_TELEMETRY: '1' },
    ...{ TRAINYARD_DATA_DIR: data, TRAINYARD_HOST: '127.0.0.1', TRAINYARD_PORT: String(port), TRAINYARD_API_KEY: KEY },
    ...settings,
  };
  const url = `http://127.0.0.1:${port}`;
  const headers = { authorization: `Bearer ${KEY}` };
  return {
    folder,
    objects: join(data, 'objects'),
    databaseUrl: postgres.url,
    port,
    client: createClient({ url, key: KEY, signal, pollMs: POLL_MS }),
    get: async (path) => (await fetch(`${url}${path}`, { headers, signal })).json(),
    start: (name, more = {}) =>
      startProgram(name, { logs: join(folder, 'logs'), env: { ...env, ...more }, guard, shutdown }),
  };
}

/** Settings of a Trainyard elsewhere are not this one's. */
function foreign() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TRAINYARD_')));
}
