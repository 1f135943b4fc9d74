// `npm run test:faults`: kills real processes and servers at the worst moments, many times over, and prints a table of
// what came of it. Arguments go on to vitest, for example `npm run test:faults -- kills`.
import { join } from 'node:path';
import process from 'node:process';
import { tableOf } from './faults-table.mjs';
import { setUp } from './setup.mjs';
import { startGuard } from './stack/guard.mjs';
import { createShutdown } from './stack/shutdown.mjs';
import { readIfThere, runVitest, temporaryFolder } from './vitest.mjs';

/** @param {import('./stack/shutdown.mjs').Shutdown} shutdown @returns {Promise<number>} The exit code */
async function main(shutdown) {
  const guard = startGuard();
  shutdown.defer(() => guard.close());
  await setUp({ guard, signal: shutdown.signal });
  const folder = temporaryFolder(guard);
  const file = join(folder, 'faults.jsonl');
  // One after the other: times of recovery say nothing on a machine that does several things at once.
  const args = ['--project=faults', '--no-file-parallelism', '--reporter=verbose', ...process.argv.slice(2)];
  const env = { TRAINYARD_FAULTS: 'full', TRAINYARD_FAULTS_RESULTS: file, TMPDIR: folder };
  const code = await runVitest({ args, env, guard, shutdown });
  const { lines, failed } = tableOf(readIfThere(file), code);
  await shutdown.stop();
  process.stdout.write(`\n${lines.join('\n')}\n`);
  return failed > 0 ? 1 : 0;
}

const shutdown = createShutdown();
await shutdown.exit(main(shutdown));
