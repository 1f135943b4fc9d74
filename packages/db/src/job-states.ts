/** The table of a job's states. No status changes but along it. */
import { type JobStatus, TrainyardError } from '@trainyard/contracts';

export const JOB_TRANSITIONS: Readonly<Record<JobStatus, readonly JobStatus[]>> = {
  queued: ['preparing', 'paused', 'cancelled'],
  preparing: ['running', 'queued', 'paused', 'failed', 'cancelled'],
  running: ['succeeded', 'queued', 'paused', 'failed', 'cancelled'],
  paused: ['queued', 'cancelled'],
  succeeded: [],
  failed: [],
  cancelled: [],
};

/** The states in which a worker holds the job. */
export const HELD: JobStatus[] = ['preparing', 'running'];

/** The attempts that a data set gets whose worker keeps going away: it may be what takes the workers down. */
export const ATTEMPTS_MAX = 5;

export function isEnded(status: JobStatus): boolean {
  return status === 'succeeded' || status === 'failed' || status === 'cancelled';
}

/** Throws `conflict` for a change that the table does not have. */
export function checkTransition(from: JobStatus, to: JobStatus): void {
  if (JOB_TRANSITIONS[from].includes(to)) return;
  throw new TrainyardError('conflict', `A job that is ${from} cannot become ${to}.`);
}
