/** One attempt at an analysis: takes it, has a child work on it, and marks it succeeded or failed, or hands it back. */
import { ANALYST_PROTOCOL, ERROR_KINDS, type ErrorRecord } from '@trainyard/contracts';
import { type AnalysisClaim, StaleAttemptError } from '@trainyard/db';
import type { Logger } from 'pino';
import { type ChildOutcome, runChild } from '../child/run-child.js';
import type { WorkerContext } from '../context.js';
import { holdLease, LEASE_MS, LeaseLapsedError } from '../lease.js';
import { NEVER, patientDatabase } from '../patient-database.js';
import { describeError } from '../training/training-error.js';
import { DESCRIBE } from './kinds.js';

const SCRIPT = new URL('../../dist/children/analyst.js', import.meta.url);

/** An analysis whose process fails this often for a reason that might pass fails for good. */
const TRIES_MAX = 3;

/** Nothing happens where the analysis is not there to be taken: a message may come twice, or after a deletion. */
export async function runAnalysis(context: WorkerContext, id: string, shutdown: AbortSignal): Promise<void> {
  const claim = await context.db.analyses.claim(id, { workerId: context.workerId, leaseMs: LEASE_MS });
  const log = context.log.child({ analysis_id: id, attempt: claim?.attempt });
  if (!claim) return log.info('left an analysis that is not to be taken');
  log.info({ kind: claim.kind }, 'took an analysis');
  try {
    await analyse(context, claim, log, shutdown);
  } catch (error) {
    if (!(error instanceof StaleAttemptError)) throw error;
    log.warn('the analysis is no longer held by this worker');
  }
}

async function analyse(
  context: WorkerContext,
  claim: AnalysisClaim,
  log: Logger,
  shutdown: AbortSignal,
): Promise<void> {
  const { analyses } = context.db;
  const endings = patientDatabase(context.db, NEVER).analyses;
  const lost = new AbortController();
  const releaseLease = holdLease({
    renew: () => analyses.renewLease(claim, LEASE_MS),
    isLost: (error) => error instanceof StaleAttemptError,
    onLost: (error) => lost.abort(error),
  });
  try {
    const outcome = await work(context, claim, { stop: shutdown, kill: lost.signal, log });
    // Where the lease ran out in an outage, the fence says whether the analysis is still this worker's.
    if (lost.signal.aborted && !(lost.signal.reason instanceof LeaseLapsedError)) throw lost.signal.reason;
    if (outcome.type === 'done') {
      await endings.succeed(claim);
      return log.info('ended an analysis');
    }
    if (shutdown.aborted || lost.signal.aborted) return await endings.release(claim);
    const error = errorOf(outcome, log);
    if (ERROR_KINDS[error.code].retryable && claim.attempt < TRIES_MAX) return await endings.release(claim);
    await endings.fail(claim, error);
  } finally {
    await releaseLease();
  }
}

async function work(
  { db, objectsDir, threads, lowering, devices }: WorkerContext,
  claim: AnalysisClaim,
  { stop, kill, log }: { stop: AbortSignal; kill: AbortSignal; log: Logger },
): Promise<ChildOutcome> {
  const held = patientDatabase(db, kill);
  try {
    return await runChild({
      child: { script: SCRIPT, args: [objectsDir, String(threads), lowering] },
      protocol: ANALYST_PROTOCOL,
      task: await DESCRIBE[claim.kind](held, claim, { devices }),
      onReport: ({ fraction }) => held.analyses.setProgress(claim, fraction),
      stop,
      kill,
    });
  } catch (error) {
    if (error instanceof StaleAttemptError) throw error;
    log.error({ err: error }, 'an analysis could not go on');
    return { type: 'failed', error: describeError(error), stderr: '' };
  }
}

function errorOf(outcome: Exclude<ChildOutcome, { type: 'done' }>, log: Logger): ErrorRecord {
  if (outcome.type === 'failed') {
    log.warn({ error: outcome.error, stderr: outcome.stderr }, 'an analysis failed');
    return outcome.error;
  }
  const { exit, stderr } = outcome.type === 'crashed' ? outcome : { exit: 'an end that nobody ordered', stderr: '' };
  log.error({ exit, stderr }, 'an analysis ended without a result');
  return { code: 'worker_lost', message: `The process that worked on it ended unexpectedly (${exit}).` };
}
