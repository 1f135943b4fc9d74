// `npm run check`: format and lint, types (tests and scripts included), and the direction of imports.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { ROOT, setUp } from './setup.mjs';
import { STAGES, startGuard } from './stack/guard.mjs';
import { createShutdown } from './stack/shutdown.mjs';

const CHECKS = [
  {
    name: 'Format and lint',
    script: 'node_modules/@biomejs/biome/bin/biome',
    args: ['ci', '--error-on-warnings', '.'],
  },
  { name: 'Types', script: 'node_modules/typescript/bin/tsc', args: ['-p', 'test/tsconfig.json'] },
  { name: 'Boundaries', script: 'scripts/check-boundaries.mjs', args: [] },
];

/** @param {import('./stack/shutdown.mjs').Shutdown} shutdown @returns {Promise<number>} The exit code */
async function main({ defer, signal }) {
  const guard = startGuard();
  defer(() => guard.close());
  // The build checks the types of the sources.
  await setUp({ guard, signal });
  let failed = 0;
  for (const { name, script, args } of CHECKS) {
    const code = await run(script, args, guard, signal);
    process.stderr.write(`${name}: ${code === 0 ? 'passed' : 'failed'}\n`);
    if (code !== 0) failed += 1;
  }
  return failed > 0 ? 1 : 0;
}

/**
 * @param {string} script
 * @param {readonly string[]} args
 * @param {import('./stack/guard.mjs').Guard} guard
 * @param {AbortSignal} signal
 * @returns {Promise<number | null>}
 */
function run(script, args, guard, signal) {
  signal.throwIfAborted();
  const child = spawn(process.execPath, [join(ROOT, script), ...args], { cwd: ROOT, stdio: 'inherit', detached: true });
  guard.watch(child, 'SIGTERM', STAGES.program);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => (signal.aborted ? reject(signal.reason) : resolve(code)));
  });
}

const shutdown = createShutdown();
await shutdown.exit(main(shutdown));
