/** One attempt at an uploaded data set: takes it, has a child read it, and marks it ready or failed, or hands it back. */
import { availableParallelism } from 'node:os';
import { ERROR_KINDS, type ErrorRecord, INGEST_PROTOCOL, type IngestReport } from '@trainyard/contracts';
import { type DatasetClaim, StaleAttemptError } from '@trainyard/db';
import type { Logger } from 'pino';
import { type ChildOutcome, runChild } from '../child/run-child.js';
import type { WorkerContext } from '../context.js';
import { holdLease, LEASE_MS, LeaseLapsedError } from '../lease.js';
import { NEVER, patientDatabase } from '../patient-database.js';
import { describeError } from '../training/training-error.js';

const SCRIPT = new URL('../../dist/children/ingest.js', import.meta.url);

/** Images are decoded there; more threads than cores wait for each other's locks. */
const POOL_THREADS = Math.max(2, availableParallelism());

/** A data set whose process fails this often for a reason that might pass fails for good. */
const TRIES_MAX = 3;

type Ingested = Extract<IngestReport, { type: 'ingested' }>;

/** Nothing happens where the data set is not there to be taken: a message may come twice, or after a deletion. */
export async function runIngest(context: WorkerContext, datasetId: string, shutdown: AbortSignal): Promise<void> {
  const claim = await context.db.datasets.claim(datasetId, { workerId: context.workerId, leaseMs: LEASE_MS });
  const log = context.log.child({ dataset_id: datasetId, attempt: claim?.attempt });
  if (!claim) return log.info('left a data set that is not to be taken');
  log.info('took a data set');
  try {
    await ingest(context, claim, log, shutdown);
  } catch (error) {
    if (!(error instanceof StaleAttemptError)) throw error;
    log.warn('the data set is no longer held by this worker');
    // The child is gone, so that the files of a data set that was deleted can go as well.
    await context.db.datasets.letGo(claim);
  }
}

async function ingest(context: WorkerContext, claim: DatasetClaim, log: Logger, shutdown: AbortSignal): Promise<void> {
  const { datasets } = context.db;
  const endings = patientDatabase(context.db, NEVER).datasets;
  const lost = new AbortController();
  const releaseLease = holdLease({
    renew: () => datasets.renewLease(claim, LEASE_MS),
    isLost: (error) => error instanceof StaleAttemptError,
    onLost: (error) => lost.abort(error),
  });
  try {
    const { outcome, ingested } = await read(context, claim, { stop: shutdown, kill: lost.signal, log });
    // Where the lease ran out in an outage, the fence says whether the data set is still this worker's.
    if (lost.signal.aborted && !(lost.signal.reason instanceof LeaseLapsedError)) throw lost.signal.reason;
    if (ingested) {
      await endings.markReady(claim, ingested.dataset);
      return log.info('read a data set');
    }
    if (shutdown.aborted || lost.signal.aborted) return await endings.release(claim);
    const error = errorOf(outcome, log);
    if (ERROR_KINDS[error.code].retryable && claim.attempt < TRIES_MAX) return await endings.release(claim);
    await endings.markFailed(claim, error);
  } finally {
    await releaseLease();
  }
}

async function read(
  { db, objectsDir }: WorkerContext,
  claim: DatasetClaim,
  { stop, kill, log }: { stop: AbortSignal; kill: AbortSignal; log: Logger },
): Promise<{ outcome: ChildOutcome; ingested: Ingested | null }> {
  let ingested: Ingested | null = null;
  const { datasets } = patientDatabase(db, kill);
  const onReport = async (report: IngestReport) => {
    if (report.type === 'progress') await datasets.setProgress(claim, report.progress);
    else ingested = report;
  };
  const { id: dataset_id, sourceKey: source_key, parentId: parent_id, format, options } = claim;
  const task = { dataset_id, source_key, parent_id, format, options };
  try {
    const child = { script: SCRIPT, args: [objectsDir], poolThreads: POOL_THREADS };
    const outcome = await runChild({ child, protocol: INGEST_PROTOCOL, task, onReport, stop, kill });
    return { outcome, ingested };
  } catch (error) {
    if (error instanceof StaleAttemptError) throw error;
    log.error({ err: error }, 'reading a data set could not go on');
    return { outcome: { type: 'failed', error: describeError(error), stderr: '' }, ingested: null };
  }
}

function errorOf(outcome: ChildOutcome, log: Logger): ErrorRecord {
  if (outcome.type === 'failed') {
    log.warn({ error: outcome.error, stderr: outcome.stderr }, 'a data set could not be read');
    return outcome.error;
  }
  const { exit, stderr } = outcome.type === 'crashed' ? outcome : { exit: 'exit code 0', stderr: '' };
  log.error({ exit, stderr }, 'the ingest ended without a result');
  return { code: 'worker_lost', message: `The process that read the archive ended unexpectedly (${exit}).` };
}
