// Workers that come and go, killed or told to stop, while a long queue is worked off.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Bed, KIND_NAMES, sharedBed } from './bed.js';
import type { Fleet } from './fleet.js';
import type { FaultContext, FaultScenario } from './harness.js';
import { type Struck, tellRecovery } from './recovery.js';

const WORKERS = 3;
/** Between two ends of workers. */
const PAUSE_MS = { least: 1000, most: 4000 };
const ENDS = 100;
const KILL_SHARE = 0.5;
const END_MS = 300_000;

export const churn: FaultScenario = {
  name: 'Workers are killed, told to stop and replaced, while they work off a queue',
  // One of each is in test/worker: control.test.ts (killed) and hand-over.test.ts (told to stop).
  rounds: { short: 0, full: 100 },
  limitSeconds: { short: 300, full: 1200 },
  async run(context, rounds) {
    const bed = await sharedBed(KIND_NAMES);
    for (let job = 0; job < rounds; job++) await bed.submit(context.dice.one(KIND_NAMES));
    const fleet = await bed.fleet(WORKERS);
    const struck: Struck[] = [];
    const ending: Promise<void>[] = [];
    // However slow the machine, the jobs get on: each worker has its moment, and so many ends are enough.
    for (let left = ENDS; left > 0 && (await open(bed)) > 0; left--) {
      await fleet.settled();
      await sleep(context.dice.between(PAUSE_MS.least, PAUSE_MS.most));
      if (fleet.workers.length > 0) ending.push((await endOne(bed, fleet, struck, context)).gone);
      if (ending.length % 10 === 0) context.say(`${ending.length} workers ended, ${await open(bed)} jobs open`);
    }
    await Promise.all(ending);
    await fleet.settled();
    await bed.checkAll(END_MS);
    for (const strike of struck) await tellRecovery(bed.rows, strike, context);
    return {
      checked: `${rounds} jobs over ${ending.length} ends of workers (${struck.length} of them in the middle of a job): each succeeded once, with the bytes and rows of one left alone`,
    };
  },
};

/** Jobs that still need somebody. */
async function open(bed: Bed): Promise<number> {
  const [row] = await bed.rows.query<{ count: number }>(
    "SELECT count(*)::int AS count FROM jobs WHERE status IN ('queued', 'preparing', 'running') AND id = ANY($1)",
    [[...bed.jobs.keys()]],
  );
  return row.count;
}

/** Kills a worker, or tells it to stop, which takes a moment: the answer resolves once it is gone. */
async function endOne(
  bed: Bed,
  fleet: Fleet,
  struck: Struck[],
  { dice }: FaultContext,
): Promise<{ gone: Promise<void> }> {
  const worker = dice.one(fleet.workers);
  const job = await bed.rows.heldBy(worker.process.pid ?? 0);
  if (job !== null) struck.push({ jobId: job.id, attempt: job.attempt, at: Date.now() });
  return { gone: fleet.replace(worker, dice.chance(KILL_SHARE) ? 'SIGKILL' : 'SIGTERM') };
}
