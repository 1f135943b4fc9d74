/** How a worker takes a data set, reports on it and ends it. Every write carries the attempt that `claim` gave out. */
import type {
  DatasetFormat,
  DatasetOptions,
  DatasetProgress,
  ErrorRecord,
  IngestedDataset,
} from '@trainyard/contracts';
import type { Prisma, PrismaClient } from '../client.js';
import { type Fence, StaleAttemptError } from '../errors.js';
import { ATTEMPTS_MAX } from '../job-states.js';
import { fromJson, toJson } from '../json.js';
import { enqueue } from './outbox.js';

/** A data set that a worker has taken. */
export interface DatasetClaim extends Fence {
  projectId: string;
  sourceKey: string;
  bytes: number;
  format: 'auto' | DatasetFormat;
  options: DatasetOptions;
}

const FREE = { workerId: null, leaseExpiresAt: null };

export function datasetIngest(client: PrismaClient) {
  return {
    /** Takes a data set that waits, for `leaseMs`. Null when it does not wait: done, deleted or held by a live worker. */
    async claim(id: string, options: { workerId: string; leaseMs: number }): Promise<DatasetClaim | null> {
      const taken = await client.$executeRaw`
        UPDATE datasets SET attempt = attempt + 1, worker_id = ${options.workerId}, updated_at = now(),
          lease_expires_at = clock_timestamp() + make_interval(secs => ${options.leaseMs / 1000}::float8)
        WHERE id = ${id} AND status = 'processing' AND (worker_id IS NULL OR lease_expires_at < clock_timestamp())`;
      if (taken === 0) return null;
      const row = await client.dataset.findFirst({ where: { id, workerId: options.workerId } });
      if (!row) return null;
      return {
        id,
        attempt: row.attempt,
        projectId: row.projectId,
        sourceKey: row.sourceKey,
        bytes: Number(row.bytes),
        format: row.format as DatasetClaim['format'],
        options: fromJson<DatasetOptions>(row.options),
      };
    },

    /** Heartbeat: holds the data set for another `leaseMs`. */
    async renewLease(fence: Fence, leaseMs: number): Promise<void> {
      const renewed = await client.$executeRaw`
        UPDATE datasets SET lease_expires_at = clock_timestamp() + make_interval(secs => ${leaseMs / 1000}::float8)
        WHERE id = ${fence.id} AND attempt = ${fence.attempt} AND status = 'processing' AND worker_id IS NOT NULL`;
      if (renewed === 0) throw new StaleAttemptError(fence);
    },

    setProgress(fence: Fence, progress: DatasetProgress): Promise<void> {
      return writeHeld(client, fence, { progress: toJson(progress) });
    },

    markReady(fence: Fence, result: IngestedDataset): Promise<void> {
      return writeHeld(client, fence, {
        status: 'ready',
        format: result.format,
        task: result.task,
        classes: result.classes,
        image: toJson(result.image),
        counts: toJson(result.counts),
        stats: toJson(result.stats),
        warnings: toJson(result.warnings),
        leaseExpiresAt: null,
      });
    },

    markFailed(fence: Fence, error: ErrorRecord): Promise<void> {
      return writeHeld(client, fence, { status: 'failed', error: toJson(error), leaseExpiresAt: null });
    },

    /** Gives a data set back, for example when the worker is told to stop; another worker takes it. */
    release(fence: Fence): Promise<void> {
      return client.$transaction(async (tx) => {
        await writeHeld(tx, fence, FREE);
        await enqueue(tx, 'ingest', fence.id, { dataset_id: fence.id });
      });
    },

    /**
     * Puts the data sets back whose worker has let its lease run out; one that has lost too many workers fails.
     * Answers their ids.
     */
    async requeueExpired(): Promise<string[]> {
      const expired = await client.$queryRaw<Fence[]>`
        SELECT id, attempt FROM datasets
        WHERE status = 'processing' AND worker_id IS NOT NULL AND lease_expires_at < clock_timestamp()`;
      const done: string[] = [];
      for (const fence of expired) if (await giveUpOn(client, fence)) done.push(fence.id);
      return done;
    },
  };
}

/** Writes columns of a data set that the caller still holds. */
async function writeHeld(
  client: Prisma.TransactionClient,
  fence: Fence,
  data: Prisma.DatasetUpdateManyMutationInput,
): Promise<void> {
  const { count } = await client.dataset.updateMany({ where: held(fence), data });
  if (count === 0) throw new StaleAttemptError(fence);
}

/** Takes a data set away from a lost worker. False when that worker, or another reconciler, was quicker. */
function giveUpOn(client: PrismaClient, fence: Fence): Promise<boolean> {
  return client.$transaction(async (tx) => {
    const late = await tx.$queryRaw<{ id: string }[]>`
      SELECT id FROM datasets WHERE id = ${fence.id} AND lease_expires_at < clock_timestamp() FOR UPDATE`;
    if (late.length === 0) return false;
    const failed = fence.attempt >= ATTEMPTS_MAX;
    const { count } = await tx.dataset.updateMany({
      where: held(fence),
      data: failed ? { status: 'failed', error: toJson(workerLost(fence)), leaseExpiresAt: null } : FREE,
    });
    if (count > 0 && !failed) await enqueue(tx, 'ingest', fence.id, { dataset_id: fence.id });
    return count > 0;
  });
}

function workerLost({ attempt }: Fence): ErrorRecord {
  const message = `The worker went away during attempt ${attempt}, the last one. Upload a smaller or another archive.`;
  return { code: 'worker_lost', message };
}

function held({ id, attempt }: Fence) {
  return { id, attempt, status: 'processing', workerId: { not: null } } satisfies Prisma.DatasetWhereInput;
}
