// What every benchmark's result carries: the machine, the versions and the commit that it was measured on.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { runtimeVersion } from '@trainyard/runtime';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const RESULTS = fileURLToPath(new URL('results', import.meta.url));

/** @type {import('node:child_process').ExecFileSyncOptionsWithStringEncoding} */
const OPTIONS = { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] };

/** What is known of this machine and this tree. */
export function environment() {
  return {
    measured_at: new Date().toISOString(),
    commit: commit(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memory_gib: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    onnxruntime: runtimeVersion(),
  };
}

/**
 * Writes `results/<name>.json` and says so.
 *
 * @param {string} name @param {object} result
 */
export function writeResult(name, result) {
  mkdirSync(RESULTS, { recursive: true });
  const file = join(RESULTS, `${name}.json`);
  writeFileSync(file, `${JSON.stringify({ benchmark: name, ...environment(), ...result }, null, 2)}\n`);
  process.stdout.write(`\nWritten to ${file.slice(ROOT.length)}\n`);
}

/** The commit of the tree, marked where sources differ from it; null outside a clone. */
function commit() {
  try {
    const git = (/** @type {string[]} */ ...args) => execFileSync('git', args, OPTIONS).trim();
    const isChanged = git('status', '--porcelain', '--', 'packages').length > 0;
    return git('rev-parse', '--short=12', 'HEAD') + (isChanged ? ' with changes' : '');
  } catch {
    return null;
  }
}
