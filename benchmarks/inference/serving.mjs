// A Trainyard of its own that serves the models: Postgres, Redis, the API and the inference server. Nobody trained them:
// their rows and their checkpoints, with the weights that a training begins with, are written directly.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '@trainyard/db';
import { openObjectStore } from '@trainyard/storage';
import { startGuard } from '../../scripts/stack/guard.mjs';
import { freePort } from '../../scripts/stack/ports.mjs';
import { startPostgres } from '../../scripts/stack/postgres.mjs';
import { startProgram } from '../../scripts/stack/programs.mjs';
import { startRedis } from '../../scripts/stack/redis.mjs';
import { untrainedCheckpoint } from './untrained-checkpoint.mjs';

export const KEY = 'ty_bench_operator_key_0123456789abcdef';
const READY_MS = 30_000;

/** @typedef {{ port: number, pid: number }} Listening */

/**
 * @typedef {object} Serving
 * @property {Listening} inference
 * @property {Listening} api
 * @property {string} folder For the caller's files
 * @property {(model: import('./models.mjs').ServedModel) => Promise<{ onnx: Uint8Array, endpoint: any }>} serve
 *   Makes an endpoint and waits until it is ready; `onnx` is what its checkpoint is exported as
 */

/** @param {import('../../scripts/stack/shutdown.mjs').Shutdown} shutdown @param {number} threads @returns {Promise<Serving>} */
export async function startServing(shutdown, threads) {
  const guard = startGuard();
  shutdown.defer(() => guard.close());
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-bench-'));
  guard.removeDirectory(folder);
  const { signal } = shutdown;
  const postgres = await startPostgres({ directory: join(folder, 'postgres'), guard, signal });
  shutdown.defer(postgres.stop);
  const redis = await startRedis({ directory: join(folder, 'redis'), guard, signal, report: () => {} });
  shutdown.defer(redis.stop);
  const [port, inferencePort] = [await freePort(), await freePort()];
  const env = settings({ DATABASE_URL: postgres.url, REDIS_URL: redis.url, folder, port, inferencePort, threads });
  const options = { logs: join(folder, 'logs'), env, guard, shutdown };
  const api = await startProgram('api', options);
  const inference = await startProgram('inference', options);

  const db = openDatabase(postgres.url);
  shutdown.defer(() => db.close());
  const { projectId } = await db.projects.ensureBootstrap({ secret: KEY });
  const store = openObjectStore({ root: join(folder, 'data', 'objects') });
  return {
    inference: { port: inferencePort, pid: inference.pid },
    api: { port, pid: api.pid },
    folder,
    async serve(model) {
      const { checkpointId, onnx } = await untrainedCheckpoint({ db, store, projectId }, model);
      return { onnx, endpoint: await readyEndpoint(port, model.endpoint, checkpointId) };
    },
  };
}

/** Those of a Trainyard elsewhere are not this one's. @param {Record<string, string | number>} chosen */
function settings({ DATABASE_URL, REDIS_URL, folder, port, inferencePort, threads }) {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('TRAINYARD_'));
  return {
    ...Object.fromEntries(own),
    DATABASE_URL: String(DATABASE_URL),
    REDIS_URL: String(REDIS_URL),
    TRAINYARD_API_KEY: KEY,
    TRAINYARD_DATA_DIR: join(String(folder), 'data'),
    TRAINYARD_HOST: '127.0.0.1',
    TRAINYARD_PORT: String(port),
    TRAINYARD_INFERENCE_PORT: String(inferencePort),
    TRAINYARD_INFERENCE_URL: `http://127.0.0.1:${inferencePort}`,
    TRAINYARD_THREADS: String(threads),
    ORT_DISABLE_TELEMETRY: '1',
  };
}

/** @param {number} port @param {string} name @param {string} checkpoint_id */
async function readyEndpoint(port, name, checkpoint_id) {
  const authorization = `Bearer ${KEY}`;
  const url = `http://127.0.0.1:${port}/v1/endpoints`;
  const created = await fetch(url, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ name, checkpoint_id }),
  });
  if (!created.ok) throw new Error(`expected an endpoint; received ${created.status}: ${await created.text()}`);
  for (const deadline = Date.now() + READY_MS; Date.now() < deadline; await sleep(50)) {
    /** @type {any} */
    const endpoint = await (await fetch(`${url}/${name}`, { headers: { authorization } })).json();
    if (endpoint.status === 'ready') return endpoint;
    if (endpoint.status === 'failed') throw new Error(`the endpoint failed: ${JSON.stringify(endpoint.error)}`);
  }
  throw new Error(`the endpoint ${name} was not ready after ${READY_MS / 1000} s`);
}
