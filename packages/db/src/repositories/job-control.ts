/** Pausing, resuming and stopping a job. What a worker has in hand is only marked; it sees the mark when it next renews. */
import { type Job, TrainyardError } from '@trainyard/contracts';
import type { Prisma, PrismaClient } from '../client.js';
import { notFound } from '../errors.js';
import { type JobControl, type LockedJob, lockJob, moveJob } from '../job-journal.js';
import { HELD } from '../job-states.js';
import { enqueue } from './outbox.js';

type Get = (projectId: string, id: string) => Promise<Job>;

export function jobControl(client: PrismaClient, get: Get) {
  async function change(
    projectId: string,
    id: string,
    apply: (tx: Prisma.TransactionClient, job: LockedJob) => Promise<void>,
  ): Promise<Job> {
    await get(projectId, id);
    await client.$transaction(async (tx) => {
      const job = await lockJob(tx, id);
      if (!job) throw notFound('job', id);
      await apply(tx, job);
    });
    return get(projectId, id);
  }

  return {
    /** Pauses a job: at once where it is queued, else once its worker has written a checkpoint. Asking again changes nothing. */
    pause(projectId: string, id: string): Promise<Job> {
      return change(projectId, id, async (tx, job) => {
        if (job.status === 'paused') return;
        if (job.status === 'queued') return moveJob(tx, job, 'paused', { reason: 'Paused by request' });
        await request(tx, job, 'pause');
      });
    },

    /** Queues a paused job again; it goes on after its newest checkpoint. */
    resume(projectId: string, id: string): Promise<Job> {
      return change(projectId, id, async (tx, job) => {
        if (job.status !== 'paused') throw refused(job, 'Only a job that is paused can be resumed.');
        await moveJob(tx, job, 'queued', { reason: 'Resumed by request', data: { notBefore: null } });
        await enqueue(tx, 'training', id, { job_id: id });
      });
    },

    /** Ends a job's training early; what it has trained is its result. Asking again changes nothing. */
    stop(projectId: string, id: string): Promise<Job> {
      return change(projectId, id, (tx, job) => request(tx, job, 'stop'));
    },
  };
}

async function request(tx: Prisma.TransactionClient, job: LockedJob, control: JobControl): Promise<void> {
  if (!HELD.includes(job.status)) {
    throw refused(job, control === 'stop' ? 'Resume it first where it is paused, or cancel it.' : 'It has ended.');
  }
  if (job.cancelRequested) throw refused(job, 'Its cancellation was asked for already.');
  if (job.control === control) return;
  if (job.control !== null) throw refused(job, `It is about to ${job.control}. Wait until it has.`);
  await tx.job.update({ where: { id: job.id }, data: { controlRequested: control } });
}

function refused(job: LockedJob, remedy: string): TrainyardError {
  return new TrainyardError('conflict', `The job ${job.id} is ${job.status}. ${remedy}`);
}
