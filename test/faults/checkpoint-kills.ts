// Processes that die at each step of writing a checkpoint, from the temporary file to the removal of older ones.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { type Bed, sharedBed } from './bed.js';
import type { Fleet } from './fleet.js';
import { type FaultContext, type FaultScenario, FORM } from './harness.js';
import { KILL_POINTS, KillPlans } from './kill-plans.js';
import { tellRecovery } from './recovery.js';
import { checkFiles } from './trace.js';

const WORKERS = { short: 1, full: 2 };
const ALL_FIRED_MS = { short: 90_000, full: 420_000 };
const END_MS = 120_000;

/** A worker's death costs a lease, so the short form has one of them. */
const SHORT: readonly string[] = ['half written', 'while the commit is on its way'];

export const checkpointKills: FaultScenario = {
  name: 'Processes are killed at each step of writing a checkpoint',
  rounds: { short: SHORT.length, full: 2 * KILL_POINTS.length },
  limitSeconds: { short: 300, full: 1200 },
  async run(context, rounds) {
    const points = FORM === 'full' ? KILL_POINTS : KILL_POINTS.filter(({ point }) => SHORT.includes(point));
    const bed = await sharedBed(['stateful']);
    const plans = new KillPlans();
    for (let round = 0; round < rounds; round++) plans.add(points[round % points.length], context.dice.between(1, 4));
    const fleet = await bed.specialFleet(Math.min(WORKERS[FORM], rounds), plans.environment);
    const files = await untilAllFired(bed, fleet, plans, context).finally(() => fleet.close());
    await bed.fleet(1);
    await bed.checkAll(END_MS);
    expect(plans.fired()).toHaveLength(rounds);
    await tellRecoveries(bed, fleet, plans, context);
    return {
      checked: `${points.length} points: no torn checkpoint listed (${files} files read between the kills), ${bed.jobs.size} jobs with the bytes and rows of one left alone`,
    };
  },
};

/** Trains until every plan has killed; whatever is listed meanwhile must be whole. Answers how many files were read. */
async function untilAllFired(bed: Bed, fleet: Fleet, plans: KillPlans, context: FaultContext): Promise<number> {
  const deadline = Date.now() + ALL_FIRED_MS[FORM];
  let files = 0;
  for (let left = plans.left(), before = -1; left > 0; left = plans.left()) {
    if (Date.now() > deadline) throw new Error(`${left} plans have killed nobody.`);
    await fleet.replaceDead();
    await bed.keepBusy(fleet.workers.length + 1, () => 'stateful');
    if (left !== before) {
      context.say(`${left} kills left`);
      for (const id of bed.jobs.keys()) files += await checkFiles(bed.trainyard, bed.rows, id);
    }
    before = left;
    await sleep(100);
  }
  return files;
}

async function tellRecoveries(bed: Bed, fleet: Fleet, plans: KillPlans, context: FaultContext): Promise<void> {
  for (const { worker, at } of plans.fired()) {
    const taken = fleet.lastTaken(worker, at);
    if (taken) await tellRecovery(bed.rows, { ...taken, at }, context);
  }
}
