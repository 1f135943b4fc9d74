/** What the end of a trainer says about its job: the error under which the job fails or is tried again. */
import { type ErrorRecord, toErrorRecord } from '@trainyard/contracts';
import { isDatabaseUnavailable } from '@trainyard/db';
import type { Logger } from 'pino';
import type { ChildOutcome } from '../child/run-child.js';
import { LeaseLapsedError } from '../lease.js';

/** How `runChild` names the end of a process that was killed, also by way of a shell. */
const KILLED = ['signal SIGKILL', 'exit code 137'];

const DATABASE_AWAY: ErrorRecord = { code: 'unavailable', message: 'The database could not be reached.' };

/** The record of an error of the worker itself. */
export function describeError(error: unknown): ErrorRecord {
  const isAway = error instanceof LeaseLapsedError || isDatabaseUnavailable(error);
  return isAway ? DATABASE_AWAY : toErrorRecord(error);
}

/** `killed` says that the system has killed a process for want of memory while the trainer ran. */
export function errorOf(
  outcome: Exclude<ChildOutcome, { type: 'stopped' }>,
  killed: boolean,
  batchSize: number,
  log: Logger,
): ErrorRecord {
  if (outcome.type === 'failed') {
    log.warn({ error: outcome.error, stderr: outcome.stderr }, 'the training failed');
    return outcome.error.code === 'out_of_memory' ? outOfMemory(outcome.error.message, batchSize) : outcome.error;
  }
  const { exit, stderr } = outcome.type === 'crashed' ? outcome : { exit: 'exit code 0', stderr: '' };
  log.error({ exit, stderr, killed }, 'the trainer ended without a result');
  if (killed && KILLED.includes(exit)) {
    return outOfMemory('The system killed the training process because memory ran out.', batchSize);
  }
  return { code: 'worker_lost', message: `The training process ended unexpectedly (${exit}).` };
}

/** Says which batch to post instead: half of this one. */
export function outOfMemory(message: string, batchSize: number): ErrorRecord {
  const half = Math.floor(batchSize / 2);
  if (half < 1) return { code: 'out_of_memory', message: `${message} Use a smaller model or smaller images.` };
  return {
    code: 'out_of_memory',
    message: `${message} Post the job again with "batch_size": ${half}.`,
    errors: [{ pointer: '/training/batch_size', detail: `Use ${half} instead of ${batchSize}.` }],
  };
}
