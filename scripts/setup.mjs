// Brings a clone into a state where it runs: the packages of the lock file installed, everything built.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { runCommand } from './stack/command.mjs';
import { checkNode } from './stack/node-version.mjs';
import { Problem } from './stack/problem.mjs';
import { startStep } from './stack/step.mjs';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** @typedef {{ signal: AbortSignal, guard: import('./stack/guard.mjs').Guard }} SetupOptions */

/** @param {SetupOptions} options */
export async function setUp(options) {
  checkNode();
  if (!isInstalled()) await install(options);
  await build(options);
}

/**
 * Whether what npm says it has installed is what the lock file asks for. Packages of other platforms may be absent.
 * @returns {boolean}
 */
export function isInstalled(root = ROOT) {
  const wanted = packagesIn(join(root, 'package-lock.json'));
  const present = packagesIn(join(root, 'node_modules/.package-lock.json'));
  return Object.entries(wanted).every(([path, entry]) => {
    const found = present[path];
    if (path === '') return true;
    if (found === undefined) return entry.optional === true || entry.devOptional === true;
    return found.version === entry.version && (entry.link !== true || existsSync(join(root, path)));
  });
}

/** @param {string} file @returns {Record<string, { version?: string, link?: boolean, optional?: boolean, devOptional?: boolean }>} */
function packagesIn(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : {};
}

/** @param {SetupOptions} options */
async function install(options) {
  const npm = process.env.npm_execpath;
  const [file = '', ...args] = npm?.endsWith('.js') ? [process.execPath, npm, 'ci'] : ['npm', 'ci'];
  const step = startStep('Installing packages (npm ci)');
  const { code, output } = await runCommand(file, args, { cwd: ROOT, ...options }).finally(step.end);
  if (code !== 0) throw new Problem(`\`npm ci\` failed:\n${output.trim()}`);
}

/** @param {SetupOptions} options */
async function build(options) {
  const step = startStep('Building');
  const turbo = join(ROOT, 'node_modules/.bin/turbo');
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1' };
  const args = ['run', 'build', '--output-logs=errors-only', '--no-color'];
  const { code, output } = await runCommand(turbo, args, { cwd: ROOT, env, ...options }).finally(step.end);
  if (code !== 0) throw new Problem(`The build failed:\n${output.trim()}`);
}
