// One job that loses its trainer or its worker again and again.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Program } from '../setup/index.js';
import { type Bed, type Kind, sharedBed } from './bed.js';
import { type Fleet, killChildren } from './fleet.js';
import type { FaultScenario } from './harness.js';
import { tellRecovery } from './recovery.js';

const KIND: Kind = 'long';
/** Losing the worker costs a lease. */
const WORKER_SHARE = 0.12;
const END_MS = 180_000;
const HELD_MS = 90_000;

export const oneJob: FaultScenario = {
  name: 'One job loses its trainer or its worker, again and again',
  // Twice is in test/worker/control.test.ts, and the same bytes after it in random-kills.ts.
  rounds: { short: 0, full: 25 },
  limitSeconds: { short: 300, full: 1200 },
  async run(context, rounds) {
    const bed = await sharedBed([KIND]);
    const fleet = await bed.fleet(2);
    const id = await bed.submit(KIND);
    for (let kill = 1; kill <= rounds; kill++) {
      const { worker, attempt } = await untilItGetsOn(bed, fleet, id);
      await sleep(context.dice.between(0, 150));
      const at = Date.now();
      if (context.dice.chance(WORKER_SHARE)) await fleet.replace(worker, 'SIGKILL');
      else await killChildren(worker);
      context.say(`kill ${kill}`);
      await untilNext(bed, fleet, id, attempt);
      await tellRecovery(bed.rows, { jobId: id, attempt, at }, context);
    }
    await bed.checkAll(END_MS);
    const { attempt } = await bed.trainyard.db.jobs.get(bed.trainyard.projectId, id);
    expect(attempt).toBe(rounds + 1);
    return { checked: `${rounds} kills of one job survived; it ended with the bytes and rows of one left alone` };
  },
};

/** Until a worker holds the job and has written a checkpoint in this attempt. */
async function untilItGetsOn(bed: Bed, fleet: Fleet, id: string): Promise<{ worker: Program; attempt: number }> {
  for (const deadline = Date.now() + HELD_MS; Date.now() < deadline; await sleep(20)) {
    for (const worker of fleet.workers) {
      const held = await bed.rows.heldBy(worker.process.pid ?? 0);
      if (held?.id === id && (await hasWritten(bed, id, held.attempt))) return { worker, attempt: held.attempt };
    }
  }
  throw new Error(`No worker has got on with ${id} for ${HELD_MS / 1000} s: ${await lastStatus(bed, id)}`);
}

async function hasWritten({ rows }: Bed, id: string, attempt: number): Promise<boolean> {
  const [row] = await rows.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM checkpoints WHERE job_id = $1 AND attempt = $2',
    [id, attempt],
  );
  return row.count > 0;
}

/** Until the next attempt has begun. Fails where the job has ended: it was not long enough to be killed so often. */
async function untilNext(bed: Bed, fleet: Fleet, id: string, attempt: number): Promise<void> {
  for (const deadline = Date.now() + HELD_MS; Date.now() < deadline; await sleep(50)) {
    const job = await bed.trainyard.db.jobs.get(bed.trainyard.projectId, id);
    if (job.attempt > attempt) return fleet.settled();
    if (job.status === 'succeeded') throw new Error(`The job ${id} ended before it was killed often enough.`);
  }
  throw new Error(`No worker has taken ${id} for ${HELD_MS / 1000} s: ${await lastStatus(bed, id)}`);
}

async function lastStatus({ rows }: Bed, id: string): Promise<string> {
  return JSON.stringify((await rows.statuses(id)).at(-1));
}
