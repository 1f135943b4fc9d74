/** How a worker takes a data set, reports on it and ends it. Every write carries the attempt that `claim` gave out. */
import type {
  DatasetFormat,
  DatasetOptions,
  DatasetProgress,
  ErrorRecord,
  IngestedDataset,
} from '@trainyard/contracts';
import { Prisma, type PrismaClient } from '../client.js';
import { appendDatasetEvent, appendDatasetStatus, isNotable } from '../dataset-journal.js';
import { type Fence, StaleAttemptError } from '../errors.js';
import { ATTEMPTS_MAX } from '../job-states.js';
import { fromJson, toJson, toNullableJson } from '../json.js';
import { enqueue } from './outbox.js';

/** A data set that a worker has taken. */
export interface DatasetClaim extends Fence {
  projectId: string;
  /** Null for a version that is made of its parent alone. */
  sourceKey: string | null;
  bytes: number;
  /** The data set that the upload is added to. */
  parentId: string | null;
  format: 'auto' | DatasetFormat;
  options: DatasetOptions;
}

const FREE = { workerId: null, leaseExpiresAt: null };

export function datasetIngest(client: PrismaClient) {
  return {
    /** Takes a data set that waits, for `leaseMs`. Null when it does not wait: done, deleted or held by a live worker. */
    claim(id: string, options: { workerId: string; leaseMs: number }): Promise<DatasetClaim | null> {
      return client.$transaction(async (tx) => {
        const taken = await tx.$executeRaw`
          UPDATE datasets SET attempt = attempt + 1, worker_id = ${options.workerId}, progress = NULL, updated_at = now(),
            lease_expires_at = clock_timestamp() + make_interval(secs => ${options.leaseMs / 1000}::float8)
          WHERE id = ${id} AND status = 'processing' AND deleted_at IS NULL
            AND (worker_id IS NULL OR lease_expires_at < clock_timestamp())`;
        if (taken === 0) return null;
        const row = await tx.dataset.findUniqueOrThrow({ where: { id } });
        await appendDatasetStatus(tx, id, 'processing', { attempt: row.attempt, reason: 'A worker reads it' });
        return {
          id,
          attempt: row.attempt,
          projectId: row.projectId,
          sourceKey: row.sourceKey,
          bytes: Number(row.bytes),
          parentId: row.parentId,
          format: row.format as DatasetClaim['format'],
          options: fromJson<DatasetOptions>(row.options),
        };
      });
    },

    /** Heartbeat: holds the data set for another `leaseMs`. */
    async renewLease(fence: Fence, leaseMs: number): Promise<void> {
      const renewed = await client.$executeRaw`
        UPDATE datasets SET lease_expires_at = clock_timestamp() + make_interval(secs => ${leaseMs / 1000}::float8)
        WHERE id = ${fence.id} AND attempt = ${fence.attempt} AND status = 'processing' AND worker_id IS NOT NULL
          AND deleted_at IS NULL`;
      if (renewed === 0) throw new StaleAttemptError(fence);
    },

    setProgress(fence: Fence, progress: DatasetProgress): Promise<void> {
      return client.$transaction(async (tx) => {
        const [before] = await tx.$queryRaw<{ progress: DatasetProgress | null }[]>`
          SELECT progress FROM datasets WHERE id = ${fence.id} FOR UPDATE`;
        await writeHeld(tx, fence, { progress: toJson(progress) });
        if (isNotable(progress, before?.progress ?? null)) {
          await appendDatasetEvent(tx, fence.id, 'progress', { attempt: fence.attempt, ...progress });
        }
      });
    },

    markReady(fence: Fence, result: IngestedDataset): Promise<void> {
      return client.$transaction(async (tx) => {
        await writeHeld(tx, fence, {
          status: 'ready',
          format: result.format,
          task: result.task,
          classes: result.classes,
          targets: toNullableJson(result.targets),
          image: toJson(result.image),
          counts: toJson(result.counts),
          stats: toJson(result.stats),
          warnings: toJson(result.warnings),
          digest: result.digest,
          leaseExpiresAt: null,
        });
        const { attempt } = fence;
        const found = { images: result.counts.total, warnings: result.warnings.map(({ code }) => code) };
        await appendDatasetStatus(tx, fence.id, 'ready', { attempt, digest: result.digest, ...found });
      });
    },

    markFailed(fence: Fence, error: ErrorRecord): Promise<void> {
      return client.$transaction((tx) => fail(tx, fence, error));
    },

    /** Gives a data set back, for example when the worker is told to stop; another worker takes it. */
    release(fence: Fence): Promise<void> {
      return client.$transaction((tx) => putBack(tx, fence, 'Its worker gave it back'));
    },

    /** Says that nothing writes to the files any more of a data set that was deleted while a worker read it. */
    async letGo({ id, attempt }: Fence): Promise<void> {
      await client.dataset.updateMany({ where: { id, attempt, deletedAt: { not: null } }, data: FREE });
    },

    /**
     * Puts the data sets back whose worker has let its lease run out; one that has lost too many workers fails.
     * Answers their ids.
     */
    async requeueExpired(): Promise<string[]> {
      const expired = await client.$queryRaw<Fence[]>`
        SELECT id, attempt FROM datasets WHERE ${IS_LOST}`;
      const done: string[] = [];
      for (const fence of expired) if (await giveUpOn(client, fence)) done.push(fence.id);
      return done;
    },
  };
}

const IS_LOST = Prisma.sql`
  status = 'processing' AND worker_id IS NOT NULL AND deleted_at IS NULL AND lease_expires_at < clock_timestamp()`;

/** Writes columns of a data set that the caller still holds. */
async function writeHeld(
  client: Prisma.TransactionClient,
  fence: Fence,
  data: Prisma.DatasetUpdateManyMutationInput,
): Promise<void> {
  const { count } = await client.dataset.updateMany({ where: held(fence), data });
  if (count === 0) throw new StaleAttemptError(fence);
}

async function putBack(tx: Prisma.TransactionClient, fence: Fence, reason: string): Promise<void> {
  await writeHeld(tx, fence, FREE);
  await appendDatasetStatus(tx, fence.id, 'processing', { attempt: fence.attempt, reason });
  await enqueue(tx, 'ingest', fence.id, { dataset_id: fence.id });
}

/** What has failed needs nothing of its parent any more. */
async function fail(tx: Prisma.TransactionClient, fence: Fence, error: ErrorRecord): Promise<void> {
  const { id, attempt } = fence;
  await writeHeld(tx, fence, { status: 'failed', error: toJson(error), leaseExpiresAt: null, parts: [id] });
  await appendDatasetStatus(tx, id, 'failed', { attempt, error, reason: error.message });
}

/** Takes a data set away from a lost worker. False when that worker, or another reconciler, was quicker. */
function giveUpOn(client: PrismaClient, fence: Fence): Promise<boolean> {
  return client.$transaction(async (tx) => {
    const late = await tx.$queryRaw<unknown[]>`
      SELECT id FROM datasets WHERE id = ${fence.id} AND attempt = ${fence.attempt} AND ${IS_LOST} FOR UPDATE`;
    if (late.length === 0) return false;
    if (fence.attempt >= ATTEMPTS_MAX) await fail(tx, fence, workerLost(fence));
    else await putBack(tx, fence, 'Its worker went away');
    return true;
  });
}

function workerLost({ attempt }: Fence): ErrorRecord {
  const message = `The worker went away during attempt ${attempt}, the last one. Upload a smaller or another archive.`;
  return { code: 'worker_lost', message };
}

function held({ id, attempt }: Fence) {
  return {
    id,
    attempt,
    status: 'processing',
    workerId: { not: null },
    deletedAt: null,
  } satisfies Prisma.DatasetWhereInput;
}
