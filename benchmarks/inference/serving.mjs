// A Trainyard of its own that serves the models: Postgres, Redis, the API and the inference server. Nobody trained them:
// their rows and their checkpoints, with the weights that a training begins with, are written directly.
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '@trainyard/db';
import { openObjectStore } from '@trainyard/storage';
import { freePort } from '../../scripts/stack/ports.mjs';
import { KEY, startServers } from '../servers.mjs';
import { untrainedCheckpoint } from './untrained-checkpoint.mjs';

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
  const inferencePort = await freePort();
  const { start, port, folder, objects, databaseUrl } = await startServers(shutdown, {
    TRAINYARD_INFERENCE_PORT: String(inferencePort),
    TRAINYARD_INFERENCE_URL: `http://127.0.0.1:${inferencePort}`,
    TRAINYARD_THREADS: String(threads),
  });
  const api = await start('api');
  const inference = await start('inference');

  const db = openDatabase(databaseUrl);
  shutdown.defer(() => db.close());
  const { projectId } = await db.projects.ensureBootstrap({ secret: KEY });
  const store = openObjectStore({ root: objects });
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
