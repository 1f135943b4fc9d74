// A Trainyard of its own with one worker: Postgres, Redis, the API and the worker, whose tables and files can be read.
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startServers } from '../servers.mjs';

const INGEST_MS = 120_000;

/**
 * @typedef {object} Stack
 * @property {import('../servers.mjs').Servers['client']} client
 * @property {(path: string) => Promise<any>} get
 * @property {(sql: string, values: readonly unknown[]) => Promise<any[]>} query
 * @property {number} workerPid
 * @property {string} objects The folder of the object store
 * @property {string} folder For the caller's files
 */

/** @param {import('../../scripts/stack/shutdown.mjs').Shutdown} shutdown @param {number} threads @returns {Promise<Stack>} */
export async function startStack(shutdown, threads) {
  const servers = await startServers(shutdown, { TRAINYARD_THREADS: String(threads) });
  await servers.start('api');
  const { pid } = await servers.start('worker');
  const database = new pg.Client({ connectionString: servers.databaseUrl });
  await database.connect();
  shutdown.defer(() => database.end());
  const { client, get, objects, folder } = servers;
  return {
    client,
    get,
    query: async (sql, values) => (await database.query(sql, [...values])).rows,
    workerPid: pid,
    objects,
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
