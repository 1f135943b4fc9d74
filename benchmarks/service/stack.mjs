// A Trainyard of its own with one worker: Postgres, Redis, the API and the worker, whose tables and files can be read.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { createClient } from '../../scripts/quickstart/client.mjs';
import { startGuard } from '../../scripts/stack/guard.mjs';
import { freePort } from '../../scripts/stack/ports.mjs';
import { startPostgres } from '../../scripts/stack/postgres.mjs';
import { startProgram } from '../../scripts/stack/programs.mjs';
import { startRedis } from '../../scripts/stack/redis.mjs';

const KEY = 'ty_bench_operator_key_0123456789abcdef';
const INGEST_MS = 120_000;

/**
 * @typedef {object} Stack
 * @property {ReturnType<typeof createClient>} client
 * @property {(path: string) => Promise<any>} get
 * @property {(sql: string, values: readonly unknown[]) => Promise<any[]>} query
 * @property {number} workerPid
 * @property {string} objects The folder of the object store
 * @property {string} folder For the caller's files
 */

/** @param {import('../../scripts/stack/shutdown.mjs').Shutdown} shutdown @param {number} threads @returns {Promise<Stack>} */
export async function startStack(shutdown, threads) {
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
  const env = settings({ DATABASE_URL: postgres.url, REDIS_URL: redis.url, data, port, threads });
  const options = { logs: join(folder, 'logs'), env, guard, shutdown };
  await startProgram('api', options);
  const { pid } = await startProgram('worker', options);
  const database = new pg.Client({ connectionString: postgres.url });
  await database.connect();
  shutdown.defer(() => database.end());
  const url = `http://127.0.0.1:${port}`;
  return {
    client: createClient({ url, key: KEY, signal }),
    get: async (path) => (await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${KEY}` }, signal })).json(),
    query: async (sql, values) => (await database.query(sql, [...values])).rows,
    workerPid: pid,
    objects: join(data, 'objects'),
    folder,
  };
}

/** @param {Stack} stack @param {string} file A zip archive @returns {Promise<any>} The data set, ready */
export async function uploadDataset({ client, get }, file) {
  const made = /** @type {{ id: string }} */ (
    await client.upload('/v1/datasets', { fields: {}, file, name: 'images.zip' }, () => {})
  );
  for (const deadline = Date.now() + INGEST_MS; Date.now() < deadline; await sleep(200)) {
    const dataset = await get(`/v1/datasets/${made.id}`);
    if (dataset.status === 'ready') return dataset;
    if (dataset.status === 'failed') throw new Error(JSON.stringify(dataset.error));
  }
  throw new Error(`The data set was not ready after ${INGEST_MS / 1000} s`);
}

/** Those of a Trainyard elsewhere are not this one's. @param {Record<string, string | number>} chosen */
function settings({ DATABASE_URL, REDIS_URL, data, port, threads }) {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('TRAINYARD_'));
  return {
    ...Object.fromEntries(own),
    DATABASE_URL: String(DATABASE_URL),
    REDIS_URL: String(REDIS_URL),
    TRAINYARD_API_KEY: KEY,
    TRAINYARD_DATA_DIR: String(data),
    TRAINYARD_HOST: '127.0.0.1',
    TRAINYARD_PORT: String(port),
    TRAINYARD_THREADS: String(threads),
    ORT_DISABLE_TELEMETRY: '1',
  };
}
