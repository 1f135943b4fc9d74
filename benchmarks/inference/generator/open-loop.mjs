// Requests are sent when they are due, whatever has become of those before them, and how long they took counts from then
// on: a server that stalls cannot put off what would have shown it.
import { Worker } from 'node:worker_threads';
import { now } from './clock.mjs';
import { poissonArrivals } from './schedule.mjs';
import { Window } from './window.mjs';

const ALARM = new URL('alarm.mjs', import.meta.url);
/** From the order to the first request. */
const START_MS = 100;

/** @typedef {import('./connection.mjs').Connection} Connection */

/**
 * A request that finds all connections busy waits here for one, and its time runs.
 *
 * @param {import('./target.mjs').Target} target
 * @param {{ connections: number, perSecond: number, seed: number, rampMs: number, windowMs: number, pids: readonly number[] }} options
 * @returns {Promise<import('./window.mjs').Turn>}
 */
export async function openLoop(target, { connections: count, perSecond, seed, rampMs, windowMs, pids }) {
  const due = poissonArrivals({ perSecond, milliseconds: rampMs + windowMs, seed });
  const begin = now() + START_MS;
  const window = new Window({ from: begin + rampMs, to: begin + rampMs + windowMs, pids });
  let [next, ready, answered] = [0, 0, 0];
  /** @type {() => void} */
  let finish = () => {};
  /** @type {Promise<void>} */
  const finished = new Promise((resolve) => {
    finish = resolve;
  });
  const sendDue = () => {
    while (next < ready) {
      const connection = free.pop();
      if (!connection) return;
      target.send(connection, begin + due[next]);
      next += 1;
    }
  };
  const free = await target.connect(count, (connection, status) => {
    window.answeredDue(connection.due, status);
    free.push(connection);
    answered += 1;
    if (answered === due.length) finish();
    else sendDue();
  });
  const alarm = new Worker(ALARM, { workerData: { begin, due } });
  alarm.on('message', (/** @type {number} */ count) => {
    ready = count;
    sendDue();
  });
  await finished;
  await alarm.terminate();
  for (const connection of free) connection.close();
  return window.finish();
}
