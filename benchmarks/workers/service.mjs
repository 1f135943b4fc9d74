// A Trainyard of its own whose workers come and go.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createClient } from '../../scripts/quickstart/client.mjs';
import { startGuard } from '../../scripts/stack/guard.mjs';
import { freePort } from '../../scripts/stack/ports.mjs';
import { startPostgres } from '../../scripts/stack/postgres.mjs';
import { endGroup } from '../../scripts/stack/process-group.mjs';
import { startProgram } from '../../scripts/stack/programs.mjs';
import { startRedis } from '../../scripts/stack/redis.mjs';

/** @typedef {Record<string, string>} Environment */
/**
 * @typedef {object} Service
 * @property {ReturnType<typeof createClient>} client
 * @property {(path: string) => Promise<unknown>} get
 * @property {string} folder For the caller's files
 * @property {(environments: readonly Environment[]) => Promise<Workers>} startWorkers One with each; they are ready
 *
 * @typedef {object} Workers
 * @property {() => void} freeze They stand still, and take nothing
 * @property {() => void} wake
 * @property {() => Promise<void>} stop
 */

/** @param {import('../../scripts/stack/shutdown.mjs').Shutdown} shutdown @returns {Promise<Service>} */
export async function startService(shutdown) {
  const guard = startGuard();
  shutdown.defer(() => guard.close());
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-bench-'));
  guard.removeDirectory(folder);
  const directory = join(folder, 'data');
  const { signal } = shutdown;
  const postgres = await startPostgres({ directory: join(directory, 'postgres'), guard, signal });
  shutdown.defer(postgres.stop);
  const redis = await startRedis({ directory: join(directory, 'redis'), guard, signal, report: () => {} });
  shutdown.defer(redis.stop);
  const port = await freePort();
  const env = {
    ...foreign(),
    ...{ DATABASE_URL: postgres.url, REDIS_URL: redis.url, ORT_DISABLE_TELEMETRY: '1' },
    ...{ TRAINYARD_DATA_DIR: directory, TRAINYARD_HOST: '127.0.0.1', TRAINYARD_PORT: String(port) },
  };
  const programs = { logs: join(directory, 'logs'), guard, shutdown };
  const api = await startProgram('api', { ...programs, env });
  const key = api.ready.bootstrapKey ?? '';
  const url = `http://127.0.0.1:${port}`;
  return {
    client: createClient({ url, key, signal }),
    get: async (path) => (await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${key}` }, signal })).json(),
    folder,
    async startWorkers(environments) {
      const started = environments.map((more) => startProgram('worker', { ...programs, env: { ...env, ...more } }));
      await Promise.allSettled(started);
      const pids = (await Promise.all(started)).map(({ pid }) => pid);
      const tell = (/** @type {NodeJS.Signals} */ what) => pids.forEach((pid) => void process.kill(pid, what));
      return {
        freeze: () => tell('SIGSTOP'),
        wake: () => tell('SIGCONT'),
        stop: async () => void (await Promise.all(pids.map((pid) => endGroup({ pid, signal: 'SIGTERM' })))),
      };
    },
  };
}

/** Settings of a Trainyard elsewhere are not this one's. */
function foreign() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TRAINYARD_')));
}
