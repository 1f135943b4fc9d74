// Workers and trainers killed at random moments while many small jobs are trained.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Bed, KIND_NAMES, sharedBed } from './bed.js';
import { type Fleet, killChildren } from './fleet.js';
import { type FaultContext, type FaultScenario, FORM } from './harness.js';
import type { Rows } from './rows.js';

const WORKERS = { short: 2, full: 3 };
const WORKER_SHARE = 0.2;
/** A job is given up after ten failures in a row without a checkpoint; that is another test. */
const FAILURES_MAX = 5;
const END_MS = 180_000;

interface Kill {
  jobId: string;
  attempt: number;
  at: number;
}

export const randomKills: FaultScenario = {
  name: 'SIGKILL of workers and trainers at random moments',
  rounds: { short: 5, full: 200 },
  limitSeconds: { short: 120, full: 900 },
  async run(context, rounds) {
    const bed = await sharedBed();
    const fleet = await bed.fleet(WORKERS[FORM]);
    const kills: Kill[] = [];
    let workers = 0;
    while (kills.length < rounds) {
      await keepBusy(bed, fleet, context);
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

/** Queues a job where a worker would soon have none. */
async function keepBusy(bed: Bed, { workers }: Fleet, { dice }: FaultContext): Promise<void> {
  const [{ open }] = await bed.rows.query<{ open: number }>(
    "SELECT count(*)::int AS open FROM jobs WHERE status IN ('queued', 'preparing', 'running')",
  );
  for (let more = open; more < workers.length + 1; more++) await bed.submit(dice.one(KIND_NAMES));
}

/** Kills the trainer of a busy worker, or the worker itself. Null where the one that was drawn is idle. */
async function strike(bed: Bed, fleet: Fleet, { dice }: FaultContext): Promise<(Kill & { isWorker: boolean }) | null> {
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

/** The time until a worker had taken the job again. It may have been past that kill already. */
async function tellRecovery(rows: Rows, { jobId, attempt, at }: Kill, context: FaultContext): Promise<void> {
  const statuses = await rows.statuses(jobId);
  const next = statuses.find((event) => event.status === 'preparing' && event.attempt === attempt + 1);
  if (next) context.recovered(next.at.getTime() - at);
}
