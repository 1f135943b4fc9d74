import { setTimeout as delay } from 'node:timers/promises';
import Fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { startPeriodicTask } from './periodic-task.js';

const NEVER_MS = 2 ** 30;

/** A log whose lines can be read. */
function openLog() {
  const lines: string[] = [];
  const { log } = Fastify({ logger: { level: 'info', stream: { write: (line: string) => lines.push(line) } } });
  return { log, lines };
}

/** A run that ends when the test says so. */
function heldRun() {
  const state = { running: 0, most: 0, started: 0, release: () => {} };
  const run = async () => {
    state.started++;
    state.most = Math.max(state.most, ++state.running);
    await new Promise<void>((resolve) => {
      state.release = resolve;
    });
    state.running--;
  };
  return { state, run };
}

describe('a periodic task', () => {
  it('runs again and again by itself', async () => {
    let runs = 0;
    const run = async () => void runs++;
    const task = startPeriodicTask({ name: 'test', everyMs: 5, log: openLog().log, run });
    await expect.poll(() => runs).toBeGreaterThan(2);
    await task.stop();
    const then = runs;
    await delay(30);
    expect(runs).toBe(then);
  });

  it('never runs twice at once, and once more when it was poked meanwhile', async () => {
    const { state, run } = heldRun();
    const task = startPeriodicTask({ name: 'test', everyMs: NEVER_MS, log: openLog().log, run });
    for (let i = 0; i < 5; i++) task.poke();
    expect(state.started).toBe(1);
    state.release();
    await expect.poll(() => state.started).toBe(2);
    state.release();
    await task.stop();
    expect(state).toMatchObject({ started: 2, most: 1, running: 0 });
  });

  it('stops only after the run in progress, and does not run after that', async () => {
    const { state, run } = heldRun();
    const task = startPeriodicTask({ name: 'test', everyMs: NEVER_MS, log: openLog().log, run });
    task.poke();
    task.poke();
    const stopped = task.stop().then(() => state.running);
    state.release();
    expect(await stopped).toBe(0);
    task.poke();
    expect(state.started).toBe(1);
  });

  it('goes on after a failure, and logs a row of failures once', async () => {
    let runs = 0;
    const run = async () => {
      if (++runs < 4) throw new Error('Redis is away');
    };
    const { log, lines } = openLog();
    const task = startPeriodicTask({ name: 'test', everyMs: 5, log, run });
    await expect.poll(() => runs).toBeGreaterThan(4);
    await task.stop();
    const messages = lines.map((line) => JSON.parse(line).msg);
    expect(messages).toEqual(['the task failed and is tried again', 'the task works again']);
  });
});
