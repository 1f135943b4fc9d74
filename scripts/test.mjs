// `npm test`: installs and builds what is missing, then runs every test. Arguments go on to vitest, for example
// `npm test -- test/api/datasets.test.ts`. The last line is `N passed, N failed`, the one before says what was skipped.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { ROOT, setUp } from './setup.mjs';
import { STAGES, startGuard } from './stack/guard.mjs';
import { endGroup, hasEnded } from './stack/process-group.mjs';
import { createShutdown } from './stack/shutdown.mjs';
import { summaryLines } from './test-summary.mjs';

/** @param {import('./stack/shutdown.mjs').Shutdown} shutdown @returns {Promise<number>} The exit code */
async function main(shutdown) {
  const guard = startGuard();
  shutdown.defer(() => guard.close());
  await setUp({ guard, signal: shutdown.signal });
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-npm-test-'));
  guard.removeDirectory(folder);
  const file = join(folder, 'summary.json');
  const code = await runVitest({ TRAINYARD_TEST_SUMMARY: file, TMPDIR: folder }, guard, shutdown);
  const { lines, failed } = summaryLines(read(file), code);
  await shutdown.stop();
  process.stdout.write(`${lines.join('\n')}\n`);
  return failed > 0 ? 1 : 0;
}

/**
 * @param {NodeJS.ProcessEnv} env Where the reporter writes its counts, and where every test makes its temporary files
 * @param {import('./stack/guard.mjs').Guard} guard
 * @param {import('./stack/shutdown.mjs').Shutdown} shutdown
 * @returns {Promise<number | null>} The exit code
 */
function runVitest(env, guard, { signal, defer }) {
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const reporters = ['--reporter=default', `--reporter=${join(ROOT, 'scripts/test-reporter.mjs')}`];
  const child = spawn(process.execPath, [vitest, 'run', ...reporters, ...process.argv.slice(2)], {
    cwd: ROOT,
    // A group of its own: its workers and the programs that they start end with it.
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  });
  guard.watch(child, 'SIGTERM', STAGES.program);
  defer(async () => {
    if (child.pid !== undefined && !hasEnded(child)) await endGroup({ pid: child.pid, signal: 'SIGTERM' });
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => (signal.aborted ? reject(signal.reason) : resolve(code)));
  });
}

/** @param {string} file @returns {string | null} */
function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

const shutdown = createShutdown();
await shutdown.exit(main(shutdown));
