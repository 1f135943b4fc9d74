// Each connection sends its next request as soon as it has its answer: how much a server can do.
import { now } from './clock.mjs';
import { Window } from './window.mjs';

/** @typedef {import('./connection.mjs').Connection} Connection */

/**
 * @param {import('./target.mjs').Target} target
 * @param {{ connections: number, rampMs: number, windowMs: number, pids: readonly number[] }} options
 * @returns {Promise<import('./window.mjs').Turn>}
 */
export async function closedLoop(target, { connections: count, rampMs, windowMs, pids }) {
  const window = new Window({ from: now() + rampMs, to: now() + rampMs + windowMs, pids });
  const end = now() + rampMs + windowMs;
  await answersUntil(target, count, (due, status) => {
    window.answered(due, status);
    return now() < end;
  });
  return window.finish();
}

/**
 * Sends a given number of requests.
 *
 * @param {import('./target.mjs').Target} target @param {{ connections: number, requests: number }} options
 * @returns {Promise<{ failed: number, seconds: number }>}
 */
export async function countedLoop(target, { connections, requests }) {
  const begin = now();
  let sent = connections;
  let failed = 0;
  await answersUntil(target, connections, (_due, status) => {
    if (status < 200 || status > 299) failed += 1;
    sent += 1;
    return sent <= requests;
  });
  return { failed, seconds: (now() - begin) / 1000 };
}

/**
 * Goes on with each connection for as long as `goesOn` says, and returns when all have had their last answer.
 *
 * @param {import('./target.mjs').Target} target @param {number} count @param {(due: number, status: number) => boolean} goesOn
 */
async function answersUntil(target, count, goesOn) {
  let busy = count;
  /** @type {() => void} */
  let finish = () => {};
  /** @type {Promise<void>} */
  const finished = new Promise((resolve) => {
    finish = resolve;
  });
  const connections = await target.connect(count, (connection, status) => {
    if (goesOn(connection.due, status)) return target.send(connection, now());
    busy -= 1;
    if (busy === 0) finish();
  });
  for (const connection of connections) target.send(connection, now());
  await finished;
  for (const connection of connections) connection.close();
}
