// PostgreSQL goes away, in order or not, for no time, 20 s or 60 s.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { type FaultContext, type FaultResult, type FaultScenario, FORM } from '../harness.js';
import { prepare } from './prepared.js';
import type { Ending } from './restartable.js';
import { playRound } from './round.js';
import { expectAnswered, refusals } from './watcher.js';

/** How long it is away in each round, in seconds. */
const AWAY_S = { short: [2], full: [0, 20, 60] };
/** A client cannot be told anything in less than this. */
const NOTICED_S = 1;
/** Less than the time after which a worker gives up what it holds. */
const SHORT_MS = 6000;
const JOBS = { short: 3, full: 8 };

export const postgresScenarios: FaultScenario[] = (['fast', 'immediate'] as const).map((how) => ({
  name: `PostgreSQL is stopped (${how}) and started again, while jobs are submitted and trained`,
  // In the short form one of the two is enough.
  rounds: { short: how === 'fast' ? 0 : AWAY_S.short.length, full: AWAY_S.full.length },
  limitSeconds: { short: 240, full: 900 },
  run: (context, rounds) => run(context, how, rounds),
}));

async function run(context: FaultContext, how: Ending, rounds: number): Promise<FaultResult> {
  const prepared = await prepare();
  const { postgres, api, workers } = prepared.stack;
  let jobs = 0;
  let refused = 0;
  for (const seconds of AWAY_S[FORM].slice(0, rounds)) {
    let awayMs = 0;
    const report = await playRound(context, prepared, {
      name: `postgres-${how}-${seconds}`,
      jobs: JOBS[FORM],
      everyMs: (1000 * (seconds + 3)) / JOBS[FORM],
      fault: async () => {
        await sleep(context.dice.between(200, 1000));
        const begun = performance.now();
        await postgres.down(how);
        await sleep(seconds * 1000);
        await postgres.up();
        // On a busy machine it takes seconds to start.
        awayMs = performance.now() - begun;
      },
    });
    expectAnswered(report.reads, 200, api);
    expectAnswered(report.writes, 202, api);
    if (seconds >= NOTICED_S) {
      expect(refusals(report.reads)).toBeGreaterThan(0);
      expect(refusals(report.writes)).toBeGreaterThan(0);
    }
    if (awayMs <= SHORT_MS) expect(report.attempts, 'attempts: a short outage costs none').toBe(1);
    jobs += report.jobs;
    refused += refusals(report.reads) + refusals(report.writes);
    context.say(
      `${(awayMs / 1000).toFixed(1)} s away: ${report.jobs} jobs, at most ${report.attempts} attempts at one`,
    );
  }
  const ends = [api, ...workers].map(({ process }) => process.exitCode ?? process.signalCode);
  expect(ends, 'the API and the workers live on').toEqual(ends.map(() => null));
  return {
    checked: `${jobs} jobs there once, equal to those left alone; ${refused} requests refused with 503 and Retry-After, the rest answered`,
  };
}
