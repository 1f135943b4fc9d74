// A whole Trainyard on one machine: PostgreSQL, Redis, API, worker and inference on one data folder.
import { join } from 'node:path';
import process from 'node:process';
import { startPostgres } from './postgres.mjs';
import { Problem } from './problem.mjs';
import { startProgram } from './programs.mjs';
import { startRedis } from './redis.mjs';

/**
 * @typedef {object} ServerOptions
 * @property {string} directory The data folder, absolute, which nobody else uses
 * @property {string} host
 * @property {number} port
 * @property {number} inferencePort
 * @property {import('./guard.mjs').Guard} guard
 * @property {import('./shutdown.mjs').Shutdown} shutdown
 * @property {(line: string) => void} report Told what is being done
 * @property {(key: string) => void} keyMade Told the first key at once: nobody can be told it again
 * @property {boolean} [ownServers]
 *   Absent: DATABASE_URL and REDIS_URL come first. true: only where no server of our own can be had.
 * @property {NodeJS.ProcessEnv} [env] Of the programs, beside what is set here; by default this process's own
 *
 * @typedef {object} Server
 * @property {string} url
 * @property {Promise<string>} ended Resolves with the reason, should a program end by itself
 */

/** @param {ServerOptions} options @returns {Promise<Server>} */
export async function startServer(options) {
  const { directory, guard, shutdown, report, keyMade, env = process.env } = options;
  report('Starting PostgreSQL and Redis');
  const [database, redis] = await bothOrNeither(databaseUrl(options), redisUrl(options));

  const url = `http://${options.host === '0.0.0.0' ? '127.0.0.1' : options.host}:${options.port}`;
  const settings = {
    logs: join(directory, 'logs'),
    guard,
    shutdown,
    env: {
      ...env,
      DATABASE_URL: database,
      REDIS_URL: redis,
      TRAINYARD_DATA_DIR: directory,
      TRAINYARD_HOST: options.host,
      TRAINYARD_PORT: String(options.port),
      TRAINYARD_INFERENCE_PORT: String(options.inferencePort),
      TRAINYARD_INFERENCE_URL: `http://127.0.0.1:${options.inferencePort}`,
      // onnxruntime would report how it is used to its maker, and leave files in the temporary folder.
      ORT_DISABLE_TELEMETRY: '1',
    },
  };
  report('Starting the API');
  const api = await startProgram('api', settings);
  if (api.ready.bootstrapKey !== undefined) keyMade(api.ready.bootstrapKey);
  report('Starting the worker and the inference server');
  const [worker, inference] = await bothOrNeither(
    startProgram('worker', settings),
    startProgram('inference', settings),
  );
  return {
    url,
    ended: Promise.race([api.ended, worker.ended, inference.ended]),
  };
}

/** @param {ServerOptions} options @returns {Promise<string>} */
async function databaseUrl({ directory, guard, shutdown, ownServers = false, env = process.env }) {
  return chooseUrl(env.DATABASE_URL, ownServers, async () => {
    const postgres = await startPostgres({ directory: join(directory, 'postgres'), guard, signal: shutdown.signal });
    shutdown.defer(postgres.stop);
    return postgres.url;
  });
}

/** @param {ServerOptions} options @returns {Promise<string>} */
async function redisUrl({ directory, guard, shutdown, report, ownServers = false, env = process.env }) {
  return chooseUrl(env.REDIS_URL, ownServers, async () => {
    const options = { directory: join(directory, 'redis'), guard, signal: shutdown.signal, report };
    const redis = await startRedis(options);
    shutdown.defer(redis.stop);
    return redis.url;
  });
}

/**
 * @param {string | undefined} given
 * @param {boolean} ownFirst
 * @param {() => Promise<string>} startOwn
 * @returns {Promise<string>}
 */
async function chooseUrl(given, ownFirst, startOwn) {
  if (!given) return startOwn();
  if (!ownFirst) return given;
  return startOwn().catch((error) => {
    if (error instanceof Problem) return given;
    throw error;
  });
}

/**
 * Waits for both before it fails, so that nothing is still starting while everything is being stopped.
 * @template A, B
 * @param {Promise<A>} first
 * @param {Promise<B>} second
 * @returns {Promise<[A, B]>}
 */
async function bothOrNeither(first, second) {
  await Promise.allSettled([first, second]);
  return Promise.all([first, second]);
}
