/** Measures training steps in a process of their own. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { MeasuringOrder, MeasuringReport } from './measuring-child.js';

/** Of the built package, also where this file is run as it was written. */
const ENTRY = fileURLToPath(new URL('../../dist/lowering-choice/measuring-child.js', import.meta.url));
const LONGEST_MS = 120_000;

/** Milliseconds of each step. Rejects where the process ends before it has them, and with the reason of `signal`. */
export async function measureApart(order: MeasuringOrder, signal?: AbortSignal): Promise<readonly number[]> {
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = fork(ENTRY, [], { serialization: 'advanced', stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    const stop = () => child.kill('SIGKILL');
    const timer = setTimeout(stop, LONGEST_MS);
    signal?.addEventListener('abort', stop, { once: true });
    child.once('message', (report: MeasuringReport) => {
      if ('ms' in report) resolve(report.ms);
      else reject(new Error(report.error));
    });
    child.once('error', reject);
    child.once('exit', (code, by) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      reject(signal?.aborted ? signal.reason : new Error(`the process that measured ended with ${by ?? code}`));
    });
    child.send(order, () => {});
  });
}
