// `npm run quickstart`: the whole way once, from a fresh clone: a server of its own in a temporary folder, the real
// MNIST uploaded and trained on, and the trained network asked for a few digits. Leaves nothing running.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createClient } from './quickstart/client.mjs';
import { curlLines } from './quickstart/curl.mjs';
import { createEndpoint, nameDigits, train, uploadMnist } from './quickstart/steps.mjs';
import { setUp } from './setup.mjs';
import { startGuard } from './stack/guard.mjs';
import { freePort } from './stack/ports.mjs';
import { Problem } from './stack/problem.mjs';
import { startServer } from './stack/server.mjs';
import { createShutdown } from './stack/shutdown.mjs';
import { startStep } from './stack/step.mjs';

/** Where `npm start` serves, for the lines to try afterwards. */
const START_URL = 'http://127.0.0.1:8080';
/** Settings of a Trainyard elsewhere are not this one's. */
const KEPT_SETTINGS = ['TRAINYARD_THREADS', 'TRAINYARD_LOG_LEVEL'];

/** @param {import('./stack/shutdown.mjs').Shutdown} shutdown @returns {Promise<number>} The exit code */
async function main(shutdown) {
  const guard = startGuard();
  shutdown.defer(() => guard.close());
  const { signal } = shutdown;
  await setUp({ guard, signal });

  const folder = mkdtempSync(join(tmpdir(), 'trainyard-quickstart-'));
  guard.removeDirectory(folder);
  const step = startStep('Starting');
  let key = '';
  const server = await startServer({
    directory: join(folder, 'data'),
    host: '127.0.0.1',
    port: await freePort(),
    inferencePort: await freePort(),
    ownServers: true,
    env: ownEnvironment(),
    guard,
    shutdown,
    report: step.update,
    keyMade: (made) => {
      key = made;
    },
  }).finally(step.end);
  process.stdout.write(`Trainyard is ready at ${server.url}\n\n`);

  const client = createClient({ url: server.url, key, signal });
  const broken = server.ended.then((reason) => Promise.reject(new Problem(reason)));
  await Promise.race([broken, walkThrough(client, folder, signal)]);
  process.stdout.write(`The same by hand, with a server that \`npm start\` runs:\n\n${curlLines(START_URL)}\n`);
  return 0;
}

/**
 * @param {ReturnType<typeof createClient>} client
 * @param {string} folder
 * @param {AbortSignal} signal
 */
async function walkThrough(client, folder, signal) {
  const dataset = await uploadMnist(client, folder, signal);
  const job = await train(client, dataset);
  const endpoint = await createEndpoint(client, job);
  await nameDigits(client, endpoint);
}

function ownEnvironment() {
  const entries = Object.entries(process.env);
  return Object.fromEntries(entries.filter(([name]) => !name.startsWith('TRAINYARD_') || KEPT_SETTINGS.includes(name)));
}

const shutdown = createShutdown();
await shutdown.exit(main(shutdown));
