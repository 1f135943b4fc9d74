// A whole Trainyard of its own for a benchmark, in a temporary folder.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createClient } from '../../scripts/quickstart/client.mjs';
import { startGuard } from '../../scripts/stack/guard.mjs';
import { freePort } from '../../scripts/stack/ports.mjs';
import { startServer } from '../../scripts/stack/server.mjs';

/**
 * @param {import('../../scripts/stack/shutdown.mjs').Shutdown} shutdown
 * @returns {Promise<{ client: ReturnType<typeof createClient>, folder: string }>} The folder is for the caller's files
 */
export async function startService(shutdown) {
  const guard = startGuard();
  shutdown.defer(() => guard.close());
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-bench-'));
  guard.removeDirectory(folder);
  let key = '';
  const { url } = await startServer({
    directory: join(folder, 'data'),
    host: '127.0.0.1',
    port: await freePort(),
    inferencePort: await freePort(),
    ownServers: true,
    env: settings(),
    guard,
    shutdown,
    report: () => {},
    keyMade: (made) => {
      key = made;
    },
  });
  return { client: createClient({ url, key, signal: shutdown.signal }), folder };
}

/** Those of a Trainyard elsewhere are not this one's. */
function settings() {
  const entries = Object.entries(process.env).filter(([name]) => {
    return !name.startsWith('TRAINYARD_') || name === 'TRAINYARD_THREADS';
  });
  return Object.fromEntries(entries);
}
