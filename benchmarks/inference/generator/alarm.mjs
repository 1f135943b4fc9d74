// A thread that wakes the generator when a request is due. Timers of Node.js go by whole milliseconds, and waiting in a
// busy loop would take the processor from the server that is measured.
import { parentPort, workerData } from 'node:worker_threads';
import { now } from './clock.mjs';

/** Requests due within so many milliseconds are told of together. */
const TOGETHER_MS = 0.05;

const { begin, due } = /** @type {{ begin: number, due: Float64Array }} */ (workerData);
const never = new Int32Array(new SharedArrayBuffer(4));

for (let next = 0; next < due.length; ) {
  const wait = begin + due[next] - now();
  if (wait > 0) Atomics.wait(never, 0, 0, wait);
  const horizon = now() - begin + TOGETHER_MS;
  while (next < due.length && due[next] <= horizon) next++;
  parentPort?.postMessage(next);
}
