// `npm test`: installs and builds what is missing, then runs every test. Arguments go on to vitest, for example
// `npm test -- test/api/datasets.test.ts`. The last line is `N passed, N failed`, the one before says what was skipped.
import { join } from 'node:path';
import process from 'node:process';
import { ROOT, setUp } from './setup.mjs';
import { startGuard } from './stack/guard.mjs';
import { createShutdown } from './stack/shutdown.mjs';
import { summaryLines } from './test-summary.mjs';
import { readIfThere, runVitest, temporaryFolder } from './vitest.mjs';

/** @param {import('./stack/shutdown.mjs').Shutdown} shutdown @returns {Promise<number>} The exit code */
async function main(shutdown) {
  const guard = startGuard();
  shutdown.defer(() => guard.close());
  await setUp({ guard, signal: shutdown.signal });
  const folder = temporaryFolder(guard);
  const file = join(folder, 'summary.json');
  const reporters = ['--reporter=default', `--reporter=${join(ROOT, 'scripts/test-reporter.mjs')}`];
  const args = [...reporters, ...process.argv.slice(2)];
  // Every test makes its temporary files in the folder.
  const code = await runVitest({ args, env: { TRAINYARD_TEST_SUMMARY: file, TMPDIR: folder }, guard, shutdown });
  const { lines, failed } = summaryLines(readIfThere(file), code);
  await shutdown.stop();
  process.stdout.write(`${lines.join('\n')}\n`);
  return failed > 0 ? 1 : 0;
}

const shutdown = createShutdown();
await shutdown.exit(main(shutdown));
