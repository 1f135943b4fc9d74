// Workers and trainers killed at random moments while many small jobs are trained.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Bed, KIND_NAMES, sharedBed } from './bed.js';
import { type Fleet, killChildren } from './fleet.js';
import { type FaultContext, type FaultScenario, FORM } from './harness.js';
import { type Struck, tellRecovery } from './recovery.js';

const WORKERS = { short: 2, full: 3 };
const WORKER_SHARE = 0.2;
/** A job is given up after ten failures in a row without a checkpoint; that is another test. */
const FAILURES_MAX = 5;
const END_MS = 180_000;

export const randomKills: FaultScenario = {
  name: 'Workers and trainers are killed at random moments, while many small jobs are trained',
  rounds: { short: 3, full: 200 },
  limitSeconds: { short: 300, full: 1200 },
  async run(context, rounds) {
    const bed = await sharedBed(KIND_NAMES);
    const fleet = await bed.fleet(WORKERS[FORM]);
    const kills: Struck[] = [];
    let workers = 0;
    while (kills.length < rounds) {
      await bed.keepBusy(fleet.workers.length + 1, () => context.dice.one(KIND_NAMES));
      await sleep(context.dice.between(0, 2000));
      const kill = await strike(bed, fleet, context);
      if (!kill) continue;
      kills.push(kill);
      if (kill.isWorker) workers++;
      if (kills.length % 20 === 0) context.say(`${kills.length} kills, ${bed.jobs.size} jobs`);
    }
    await fleet.settled();
    await bed.checkAll(END_MS);
    for (const kill of kills) await tellRecovery(bed.rows, kill, context);
    const { size } = bed.jobs;
    return {
      checked: `${size} jobs, ${workers} workers and ${rounds - workers} trainers killed: each job succeeded once, with the bytes, rows and gapless events of one left alone`,
    };
  },
};

/** Kills the trainer of a busy worker, or the worker itself. Null where the one that was drawn is idle. */
async function strike(
  bed: Bed,
  fleet: Fleet,
  { dice }: FaultContext,
): Promise<(Struck & { isWorker: boolean }) | null> {
  if (fleet.workers.length === 0) return null;
  const worker = dice.one(fleet.workers);
  const job = await bed.rows.heldBy(worker.process.pid ?? 0);
  if (job === null || job.failures > FAILURES_MAX) return null;
  const at = Date.now();
  const isWorker = dice.chance(WORKER_SHARE);
  if (isWorker) await fleet.replace(worker, 'SIGKILL');
  else if ((await killChildren(worker)) === 0) return null;
  return { jobId: job.id, attempt: job.attempt, at, isWorker };
}
