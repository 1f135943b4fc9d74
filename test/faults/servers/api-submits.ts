// The API is killed while jobs are submitted, each with an Idempotency-Key that its client repeats.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { type FaultContext, type FaultResult, type FaultScenario, FORM } from '../harness.js';
import { prepare } from './prepared.js';
import { playRound } from './round.js';

const JOBS = { short: 4, full: 8 };
const KILLS = { short: 2, full: 4 };

export const apiSubmits: FaultScenario = {
  name: 'The API is killed while jobs are submitted with Idempotency-Keys, which their clients repeat',
  rounds: { short: 1, full: 3 },
  limitSeconds: { short: 240, full: 600 },
  run,
};

async function run(context: FaultContext, rounds: number): Promise<FaultResult> {
  const prepared = await prepare();
  const { stack } = prepared;
  let jobs = 0;
  let cut = 0;
  for (let round = 1; round <= rounds; round++) {
    const report = await playRound(context, prepared, {
      name: `submits-${round}`,
      jobs: JOBS[FORM],
      everyMs: 250,
      areKeyed: true,
      fault: async () => {
        for (let kills = KILLS[FORM]; kills > 0; kills--) {
          await sleep(context.dice.between(0, 600));
          stack.api.process.kill('SIGKILL');
          await stack.restartApi();
        }
      },
    });
    const answers = [...report.reads, ...report.writes];
    const told = new Set(answers.map(({ status }) => status));
    for (const status of [200, 202, 'cut', 503] as const) told.delete(status);
    // The key of a request that was cut off is held for a while.
    told.delete(409);
    expect([...told]).toEqual([]);
    expect(report.attempts, 'attempts at any job').toBe(1);
    // All that were submitted, and the one that was running.
    expect(report.jobs).toBe(JOBS[FORM] + 1);
    cut += answers.filter(({ status }) => status === 'cut').length;
    jobs += report.jobs;
  }
  expect(cut).toBeGreaterThan(0);
  return { checked: `${jobs} jobs, each there once and equal to those left alone; ${cut} requests were cut off` };
}
