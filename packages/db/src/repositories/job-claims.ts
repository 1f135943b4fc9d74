/** How a worker takes a job out of the queue. Claims are made one at a time, so that turns and limits hold. */
import {
  completeTraining,
  type DeviceChoice,
  type JobProgress,
  type StoredTraining,
  type Training,
  type TransferReport,
  type Unfreeze,
} from '@trainyard/contracts';
import { Prisma, type PrismaClient } from '../client.js';
import type { Fence } from '../errors.js';
import { appendEvent, lockJob, moveJob } from '../job-journal.js';
import { renewLease } from '../job-lease.js';
import { fromJson } from '../json.js';
import { appendLogLines } from '../log-lines.js';
import { planDifferences } from '../plan-differences.js';
import {
  hasDevice,
  hasWaitedForPlan,
  IS_DUE,
  type QueueRules,
  queueOrder,
  repeatsPlan,
  type WorkerAbilities,
} from '../queue-order.js';
import { type DatasetContent, toDatasetContent } from '../trained-model.js';
import { IS_ALIVE } from './workers.js';

export interface ClaimOptions extends WorkerAbilities {
  workerId: string;
  leaseMs: number;
}

/** A job that a worker has taken. `plan` is null until its first start has fixed one. */
export interface TrainingClaim extends Fence {
  projectId: string;
  spec: unknown;
  training: Training;
  deviceRequested: DeviceChoice;
  /** What it begins with and which layers are frozen; null where it is posted without. */
  transfer: TransferReport | null;
  unfreeze: Unfreeze | null;
  /** Seconds that earlier attempts have trained. */
  elapsedSeconds: number;
  plan: unknown;
  dataset: DatasetContent;
  /** The epoch after which it is to wait for its sweep; null where it is to be trained to its end. */
  holdAtEpoch: number | null;
  /** What the manifest of the data set is to be; null for a job of a version that did not note it. */
  datasetDigest: string | null;
  demand: Demand;
}

/** What there was to train when a job was taken: by it a worker divides its threads. */
export interface Demand {
  /** Jobs that this worker might have taken, the one that it took included; at most `CANDIDATES`. */
  waiting: number;
  /** Other workers that are attached and train nothing. */
  idleWorkers: number;
}

const CLAIM_LOCK = 7_240_003;

/** A worker that is frozen in the middle of a claim holds up the others for no longer. */
const FROZEN_MS = 5_000;

/** A job whose row is locked is passed over: what is done to it may be a cancellation. */
const CANDIDATES = 64;

export function jobClaims(client: PrismaClient, rules: QueueRules) {
  /** The first in the order that this worker may take, best first. */
  async function candidates(db: Prisma.TransactionClient, options: ClaimOptions, which: Prisma.Sql): Promise<string[]> {
    const fits = Prisma.sql`${hasDevice(options)} AND (${repeatsPlan(options)} OR ${hasWaitedForPlan(rules)})`;
    const slice = { which: Prisma.sql`${which} AND ${IS_DUE} AND ${fits}`, pool: Prisma.sql`true` };
    const rows = await db.$queryRaw<{ id: string }[]>`
      SELECT id FROM (${queueOrder(slice, rules)}) AS ordered
      WHERE excess = 0 ORDER BY position LIMIT ${CANDIDATES}::int`;
    return rows.map(({ id }) => id);
  }

  async function claim(options: ClaimOptions, which: Prisma.Sql): Promise<TrainingClaim | null> {
    // Most looks find nothing, and then wait for nobody.
    if ((await candidates(client, options, which)).length === 0) return null;
    return client.$transaction(async (tx) => {
      await waitForTurn(tx);
      const ids = await candidates(tx, options, which);
      for (const id of ids) {
        if (!(await isFree(tx, id))) continue;
        return take(tx, id, options, { waiting: ids.length, idleWorkers: await idleWorkers(tx, options.workerId) });
      }
      return null;
    });
  }

  return {
    /** Takes the job that is next for this worker. Null when there is none. */
    claimNext(options: ClaimOptions): Promise<TrainingClaim | null> {
      return claim(options, Prisma.sql`true`);
    },

    /** Takes one job, whether or not it is its turn. Null when this worker may not take it now. */
    claim(id: string, options: ClaimOptions): Promise<TrainingClaim | null> {
      return claim(options, Prisma.sql`id = ${id}`);
    },
  };
}

async function waitForTurn(tx: Prisma.TransactionClient): Promise<void> {
  await tx.$queryRaw`SELECT set_config('idle_in_transaction_session_timeout', ${String(FROZEN_MS)}, true)`;
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${CLAIM_LOCK}::bigint)`;
}

async function isFree(tx: Prisma.TransactionClient, id: string): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>`
    SELECT id FROM jobs WHERE id = ${id} AND status = 'queued' FOR UPDATE SKIP LOCKED`;
  return rows.length > 0;
}

/** Beside the one that is given. */
async function idleWorkers(tx: Prisma.TransactionClient, workerId: string): Promise<number> {
  const [{ count }] = await tx.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM workers WHERE id <> ${workerId} AND ${IS_ALIVE}
      AND NOT EXISTS (SELECT FROM jobs WHERE worker_id = workers.id AND status IN ('preparing', 'running'))`;
  return count;
}

/** Raises the attempt of a queued job that is locked, and moves it to `preparing`. */
async function take(
  tx: Prisma.TransactionClient,
  id: string,
  options: ClaimOptions,
  demand: Demand,
): Promise<TrainingClaim | null> {
  const job = await lockJob(tx, id);
  if (!job) return null;
  const row = await tx.job.findUniqueOrThrow({ where: { id }, include: { dataset: true } });
  const differences = planDifferences(row.plan, options);
  const isExact = differences.length === 0;
  const attempt = job.attempt + 1;
  await moveJob(tx, job, 'preparing', {
    reason: attempt === 1 ? null : `Attempt ${attempt}`,
    data: {
      attempt,
      workerId: options.workerId,
      // Another plan is made on this worker.
      ...(isExact ? {} : { exact: false, plan: Prisma.DbNull }),
    },
  });
  if (!isExact) {
    await appendEvent(tx, id, 'plan', { exact: false, attempt, differences });
    const what = differences
      .map(({ trait, planned, found }) => `${trait}: planned ${planned}, here ${found}`)
      .join('; ');
    const message = `This worker cannot repeat the plan of the job, so its figures may differ slightly (${what}).`;
    await appendLogLines(tx, id, attempt, [{ level: 'warning', message }]);
  }
  await tx.$executeRaw`UPDATE projects SET job_taken_at = clock_timestamp() WHERE id = ${row.projectId}`;
  await renewLease(tx, { id, attempt }, options.leaseMs);
  return {
    id,
    attempt,
    projectId: row.projectId,
    spec: row.spec,
    training: completeTraining(fromJson<StoredTraining>(row.training)),
    transfer: fromJson<TransferReport | null>(row.transfer),
    unfreeze: fromJson<Unfreeze | null>(row.unfreeze),
    deviceRequested: row.deviceRequested as DeviceChoice,
    elapsedSeconds: fromJson<JobProgress | null>(row.progress)?.elapsed_s ?? 0,
    plan: isExact ? row.plan : null,
    dataset: toDatasetContent(row.dataset),
    holdAtEpoch: row.holdAtEpoch,
    datasetDigest: row.datasetDigest,
    demand,
  };
}
