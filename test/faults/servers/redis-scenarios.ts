// Redis loses everything that it holds, or goes away for no time, 20 s or 60 s.
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { expect } from 'vitest';
import { type FaultContext, type FaultResult, type FaultScenario, FORM } from '../harness.js';
import { prepare } from './prepared.js';
import { playRound, type RoundReport } from './round.js';
import type { Stack } from './stack.js';
import { expectAnswered, refusals } from './watcher.js';

const AWAY_S = { short: [0], full: [0, 20, 60] };
const JOBS = { short: 3, full: 8 };

export const redisScenarios: FaultScenario[] = [
  {
    name: 'Redis loses everything (FLUSHALL), while jobs are submitted and trained',
    // In the short form it does so before it is stopped.
    rounds: { short: 0, full: 3 },
    limitSeconds: { short: 240, full: 600 },
    run: flush,
  },
  {
    name: 'Redis is stopped or killed and started again, while jobs are submitted and trained',
    rounds: { short: AWAY_S.short.length, full: AWAY_S.full.length },
    limitSeconds: { short: 240, full: 900 },
    run: restart,
  },
];

async function flush(context: FaultContext, rounds: number): Promise<FaultResult> {
  const prepared = await prepare();
  let jobs = 0;
  for (let round = 1; round <= rounds; round++) {
    const report = await playRound(context, prepared, {
      name: `flush-${round}`,
      jobs: JOBS[FORM],
      everyMs: 300,
      fault: async () => {
        for (let times = context.dice.between(2, 4); times > 0; times--) {
          await sleep(context.dice.between(100, 900));
          await forgetEverything(prepared.stack.redisUrl);
        }
      },
    });
    expectUnnoticed(report, prepared.stack);
    jobs += report.jobs;
  }
  return { checked: `${jobs} jobs there once, equal to those left alone; no request refused, no attempt lost` };
}

async function restart(context: FaultContext, rounds: number): Promise<FaultResult> {
  const prepared = await prepare();
  const { redis } = prepared.stack;
  let jobs = 0;
  for (const seconds of AWAY_S[FORM].slice(0, rounds)) {
    const how = context.dice.one(['fast', 'immediate'] as const);
    const report = await playRound(context, prepared, {
      name: `redis-${seconds}`,
      jobs: JOBS[FORM],
      everyMs: (1000 * (seconds + 2)) / JOBS[FORM],
      fault: async () => {
        await sleep(context.dice.between(200, 1000));
        if (FORM === 'short') await forgetEverything(redis.url);
        await redis.down(how);
        await sleep(seconds * 1000);
        await redis.up();
      },
    });
    expectUnnoticed(report, prepared.stack);
    jobs += report.jobs;
    context.say(`${seconds} s away (${how}): ${report.jobs} jobs`);
  }
  return { checked: `${jobs} jobs there once, equal to those left alone; no request refused, no attempt lost` };
}

/** Redis is a hint: without it jobs are accepted, and those that run go on. */
function expectUnnoticed({ reads, writes, attempts }: RoundReport, { api }: Stack): void {
  expectAnswered(reads, 200, api);
  expectAnswered(writes, 202, api);
  expect(refusals(reads) + refusals(writes), 'requests that were refused').toBe(0);
  expect(attempts, 'attempts at any job').toBe(1);
}

async function forgetEverything(url: string): Promise<void> {
  const redis = new Redis(url);
  try {
    await redis.flushall();
  } finally {
    redis.disconnect();
  }
}
