// Jobs that are paused on one worker and resumed on another, handed over at SIGTERM, and stopped with what they have.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { jobThat } from '../worker/trainyard.js';
import { type Bed, sharedBed } from './bed.js';
import type { FaultContext, FaultScenario } from './harness.js';
import { traceOf } from './trace.js';

const END_MS = 90_000;
const KIND = 'lasting';

export const control: FaultScenario = {
  name: 'Jobs are paused and resumed elsewhere, handed over at SIGTERM, and stopped with what they have',
  // Once each, all of it is in test/worker/control.test.ts and test/worker/hand-over.test.ts.
  rounds: { short: 0, full: 4 },
  limitSeconds: { short: 300, full: 1200 },
  async run(context, rounds) {
    const bed = await sharedBed([KIND]);
    for (let round = 0; round < rounds; round++) {
      for (const change of [pauseAndResume, handOver, stopAndKeep]) {
        await bed.clear();
        await change(bed, context);
      }
    }
    return {
      checked: `${rounds} times each: no step was lost or done twice, and every checkpoint has the bytes of one left alone`,
    };
  },
};

/** Starts a worker and a job, and lets it get somewhere. */
async function trainAWhile(bed: Bed, { dice }: FaultContext) {
  const fleet = await bed.fleet(1);
  const id = await bed.submit(KIND);
  await jobThat(bed.trainyard, id, ({ status }) => status === 'running');
  await sleep(dice.between(0, 500));
  return { fleet, id, asked: Date.now() };
}

async function pauseAndResume(bed: Bed, context: FaultContext): Promise<void> {
  const { db, projectId } = bed.trainyard;
  const { fleet, id, asked } = await trainAWhile(bed, context);
  await db.jobs.pause(projectId, id);
  await jobThat(bed.trainyard, id, ({ status }) => status === 'paused');
  context.recovered(Date.now() - asked);
  await checkHandedOver(bed, id);
  await fleet.end(fleet.workers[0], 'SIGTERM');
  await bed.fleet(1);
  await db.jobs.resume(projectId, id);
  await bed.checkAll(END_MS);
}

async function handOver(bed: Bed, context: FaultContext): Promise<void> {
  const { fleet, id, asked } = await trainAWhile(bed, context);
  const [worker] = fleet.workers;
  await fleet.end(worker, 'SIGTERM');
  context.recovered(Date.now() - asked);
  expect(worker.process.exitCode, 'the exit code of the worker').toBe(0);
  const { status, phases } = await bed.trainyard.db.jobs.get(bed.trainyard.projectId, id);
  expect({ status, reason: phases.at(-1)?.reason }).toEqual({ status: 'queued', reason: 'The worker was stopped' });
  await checkHandedOver(bed, id);
  await bed.fleet(1);
  await bed.checkAll(END_MS);
}

async function stopAndKeep(bed: Bed, context: FaultContext): Promise<void> {
  const { db, projectId } = bed.trainyard;
  const { id, asked } = await trainAWhile(bed, context);
  await db.jobs.stop(projectId, id);
  const { status, result } = await bed.ended(id);
  context.recovered(Date.now() - asked);
  expect({ status, reason: result?.stop_reason }).toEqual({ status: 'succeeded', reason: 'stopped' });
  const { steps, epochs, checkpoints } = await traceOf(bed.trainyard, bed.rows, id);
  const reference = bed.reference(KIND);
  expect(steps).toEqual(reference.steps.slice(0, steps.length));
  expect(epochs).toEqual(reference.epochs.slice(0, epochs.length));
  expect(checkpoints).toEqual(reference.checkpoints.slice(0, epochs.length));
}

/** The newest checkpoint is where the training stood, so whoever goes on does no step again. */
async function checkHandedOver({ rows }: Bed, id: string): Promise<void> {
  const newest = (await rows.checkpoints(id)).at(-1)?.step;
  const steps = await rows.metrics(id, 'step');
  expect(newest, `the newest checkpoint of ${id}`).toBe(steps.length);
}
