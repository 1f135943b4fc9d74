// `npm start`: runs everything on this machine until it is stopped.
import { resolve } from 'node:path';
import process from 'node:process';
import { setUp } from './setup.mjs';
import { startGuard } from './stack/guard.mjs';
import { lockDirectory } from './stack/lock.mjs';
import { tryPort } from './stack/ports.mjs';
import { Problem } from './stack/problem.mjs';
import { startServer } from './stack/server.mjs';
import { createShutdown } from './stack/shutdown.mjs';
import { startStep } from './stack/step.mjs';

/** @param {import('./stack/shutdown.mjs').Shutdown} shutdown @returns {Promise<number>} The exit code */
async function main(shutdown) {
  const guard = startGuard();
  shutdown.defer(() => guard.close());
  await setUp({ guard, signal: shutdown.signal });

  const directory = resolve(process.env.TRAINYARD_DATA_DIR || '.trainyard');
  // First the folder, then the ports: a run that was killed may need a moment to let go of both.
  shutdown.defer(await lockDirectory(directory, guard.pid, shutdown.signal));
  const host = process.env.TRAINYARD_HOST || '127.0.0.1';
  const port = await portFrom('TRAINYARD_PORT', 8080, host);
  const inferencePort = await portFrom('TRAINYARD_INFERENCE_PORT', 8081, host);

  const step = startStep('Starting');
  let madeKey = false;
  const server = await startServer({
    directory,
    host,
    port,
    inferencePort,
    guard,
    shutdown,
    report: step.update,
    keyMade(key) {
      madeKey = true;
      process.stdout.write(`\nAPI key   ${key}   (shown this once; only its hash is stored)\n`);
    },
  }).finally(step.end);
  process.stdout.write(welcome(server.url, directory, madeKey));
  const reason = await Promise.race([server.ended, aborted(shutdown.signal)]);
  throw new Problem(reason);
}

/**
 * @param {string} variable
 * @param {number} fallback
 * @param {string} host
 * @returns {Promise<number>}
 */
async function portFrom(variable, fallback, host) {
  const text = process.env[variable] || String(fallback);
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Problem(`${variable} must be a port from 1 to 65535; it is ${JSON.stringify(text)}.`);
  }
  const free = await tryPort(port, host).catch((error) => {
    throw new Problem(`Trainyard cannot listen on ${host} (TRAINYARD_HOST): ${error.message}`);
  });
  if (free === null) {
    throw new Problem(
      `The port ${port} on ${host} is already in use. Stop what uses it, or set ${variable} to another.`,
    );
  }
  return port;
}

/** @param {AbortSignal} signal @returns {Promise<never>} */
function aborted(signal) {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
}

/** @param {string} url @param {string} directory @param {boolean} madeKey Whether this start has printed one */
function welcome(url, directory, madeKey) {
  const key = process.env.TRAINYARD_API_KEY
    ? ['API key   the value of TRAINYARD_API_KEY']
    : ['API key   the one that the first start printed (lost? start once with TRAINYARD_API_KEY set to a new one)'];
  return [
    '',
    `Trainyard is ready at ${url}`,
    `Reference ${url}/docs`,
    ...(madeKey ? [] : key),
    `Data      ${directory}`,
    'Ctrl-C stops it.',
    '',
  ].join('\n');
}

const shutdown = createShutdown();
await shutdown.exit(main(shutdown));
