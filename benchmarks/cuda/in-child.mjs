// Runs `measure.mjs` in a process of its own and reads what onnxruntime says there.
import { fork } from 'node:child_process';
import process from 'node:process';

const SCRIPT = new URL('measure.mjs', import.meta.url);
const MINUTES_MS = 60_000;
const LONGEST_MS = 20 * MINUTES_MS;

/**
 * What the child sends back, and what it wrote to standard error.
 *
 * @param {import('./measure.mjs').Task} task @param {NodeJS.ProcessEnv} [environment] Added to this process' own
 * @returns {Promise<{ result: any, stderr: string }>}
 */
export function inChild(task, environment = {}) {
  const child = fork(SCRIPT, { env: { ...process.env, ...environment }, silent: true, timeout: LONGEST_MS });
  let stderr = '';
  let answer = /** @type {{ result?: object, error?: string } | null} */ (null);
  child.stderr?.on('data', (text) => {
    stderr += text;
  });
  child.on('message', (message) => {
    answer = /** @type {object} */ (message);
  });
  child.send(task);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (answer?.result) return resolve({ result: answer.result, stderr });
      const last = stderr.trim().split('\n').slice(-3).join('\n');
      reject(new Error(`${task.model} on ${task.device}: ${answer?.error ?? `ended with ${signal ?? code}. ${last}`}`));
    });
  });
}

/**
 * The nodes that are not on CUDA, those in Scan among them, how many are there, and how many copies onnxruntime put between
 * the two.
 *
 * @param {string} log What onnxruntime wrote
 */
export function readPlacement(log) {
  const placed = { cuda: 0, elsewhere: /** @type {string[]} */ ([]), copies: 0 };
  let provider = '';
  for (const line of log.split('\n')) {
    const header = / placed on \[(\w+)\]\. Number of nodes: (\d+)/.exec(line);
    if (header) provider = header[1];
    if (header && provider.startsWith('CUDA')) placed.cuda += Number(header[2]);
    const node = /VerifyEachNodeIsAssignedToAnEp\]\s{2,}(\w+) \((.*)\)/.exec(line);
    if (node && /^Memcpy(?:From|To)Host$/.test(node[1])) placed.copies += 1;
    else if (node && !provider.startsWith('CUDA')) placed.elsewhere.push(`${node[2]} (${node[1]}, ${provider})`);
  }
  if (provider === '') throw new Error('onnxruntime did not say where it placed the nodes');
  return placed;
}
