// Workers that are stopped (SIGSTOP) past their lease and wake up (SIGCONT) when another has taken their job, or ended it.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Program } from '../setup/index.js';
import { untilGone } from '../worker/processes.js';
import { jobThat } from '../worker/trainyard.js';
import { type Bed, sharedBed } from './bed.js';
import { childrenOf, signal } from './fleet.js';
import type { FaultContext, FaultScenario } from './harness.js';

/** A zombie's trainer waits for its worker to take its reports, and is killed once the worker has seen that it is late. */
const TRAINER_GONE_MS = 30_000;
const TAKEN_MS = 60_000;

interface Sleep {
  /** Whether the trainer is stopped as well; else it goes on, and its reports pile up. */
  withTrainer: boolean;
  /** When the worker wakes up. */
  wakes: 'while another trains' | 'after the end';
}

const SLEEPS: readonly Sleep[] = [
  { withTrainer: true, wakes: 'after the end' },
  { withTrainer: true, wakes: 'while another trains' },
  { withTrainer: false, wakes: 'after the end' },
  { withTrainer: false, wakes: 'while another trains' },
];

export const zombies: FaultScenario = {
  name: 'Workers are stopped past their lease (SIGSTOP) and wake up (SIGCONT)',
  rounds: { short: 1, full: 4 },
  limitSeconds: { short: 300, full: 1200 },
  async run(context, rounds) {
    const bed = await sharedBed(['stateful']);
    for (let round = 0; round < rounds; round++) {
      await bed.clear();
      await sleepAndWake(bed, SLEEPS[round % SLEEPS.length], context);
    }
    return {
      checked: `${rounds} zombies wrote nothing into any table or listed file; their jobs ended elsewhere with the bytes of one left alone, and they took the next job`,
    };
  },
};

async function sleepAndWake(bed: Bed, { withTrainer, wakes }: Sleep, context: FaultContext): Promise<void> {
  const fleet = await bed.fleet(1);
  const [zombie] = fleet.workers;
  const id = await bed.submit('stateful');
  await jobThat(bed.trainyard, id, ({ status }) => status === 'running');
  const trainers = await childrenOf(zombie);
  const stoppedAt = Date.now();
  zombie.process.kill('SIGSTOP');
  if (withTrainer) for (const pid of trainers) signal(pid, 'SIGSTOP');
  await fleet.grow(1);
  const other = fleet.workers[1];
  await jobThat(bed.trainyard, id, ({ attempt }) => attempt === 2, TAKEN_MS);
  context.recovered(Date.now() - stoppedAt);

  if (wakes === 'after the end') {
    await bed.ended(id);
    const before = await left(bed, id);
    await wake(zombie, trainers);
    expect(await left(bed, id), `what ${id} has left`).toEqual(before);
  } else {
    await wake(zombie, trainers);
  }
  await bed.checkAll(TAKEN_MS);
  expect((await bed.trainyard.db.jobs.get(bed.trainyard.projectId, id)).attempt).toBe(2);
  await fleet.end(other, 'SIGTERM');
  await takesTheNext(bed, zombie);
}

/** Wakes a worker and waits until what it was about is over. */
async function wake(zombie: Program, trainers: readonly number[]): Promise<void> {
  for (const pid of trainers) signal(pid, 'SIGCONT');
  zombie.process.kill('SIGCONT');
  await untilGone(trainers, TRAINER_GONE_MS);
  // Whatever it still had to write would be on its way within this time.
  await sleep(2000);
}

/** Every row that is about a job, and every file that its rows name. */
async function left({ rows, trainyard: { store } }: Bed, id: string): Promise<unknown> {
  const files = [];
  for (const { storage_key: key } of await rows.checkpoints(id)) files.push({ key, stat: await store.stat(key) });
  return { rows: await rows.everythingOf(id), files };
}

async function takesTheNext(bed: Bed, zombie: Program): Promise<void> {
  const id = await bed.submit('stateful');
  const job = await jobThat(bed.trainyard, id, ({ status }) => status === 'running', TAKEN_MS);
  expect(await bed.rows.heldBy(zombie.process.pid ?? 0), `who has taken ${job.id}`).toMatchObject({ id });
  await bed.ended(id);
  await bed.check(id);
}
