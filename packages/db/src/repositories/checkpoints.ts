/** The checkpoints of a job. A row is written once its file is safe in the object store. */
import {
  type Checkpoint,
  type CheckpointReference,
  type JobRollback,
  type List,
  newId,
  parseJobRollback,
} from '@trainyard/contracts';
import { jobsBeginningFrom } from '../checkpoint-use.js';
import type { Prisma, PrismaClient } from '../client.js';
import { type Fence, notFound } from '../errors.js';
import { flatMetrics } from '../flat-metrics.js';
import { appendEvent, lockHeldJob } from '../job-journal.js';
import { toJson } from '../json.js';
import { idOf, newestFirst, olderThan, type Page, toList } from '../pages.js';
import { type RemovedCheckpoint, rollBack } from '../rollback.js';
import { type TrainedModel, toTrainedModel, trainedModelInclude } from '../trained-model.js';
import { toCheckpoint } from '../wire.js';

export type { RemovedCheckpoint } from '../rollback.js';

/**
 * `digest` is `sha256:` and the hash of the stored file; `best` says that it is the job's best so far, `epochComplete`
 * that it was not written within an epoch.
 */
export interface NewCheckpoint {
  epoch: number;
  step: number;
  metrics: Checkpoint['metrics'];
  bytes: number;
  digest: string;
  storageKey: string;
  best: boolean;
  /** True where it is left out. */
  epochComplete?: boolean;
}

/** `replacedKey` is the file of an earlier attempt's checkpoint at the same step, which nothing refers to any more. */
export interface RecordedCheckpoint {
  checkpoint: Checkpoint;
  replacedKey: string | null;
  /** What `prune` has removed; nothing where that was not asked for. */
  removed: RemovedCheckpoint[];
}

/** What an attempt at a job goes on from. */
export interface EarlierAttempts {
  checkpoints: CheckpointReference[];
  rollback: JobRollback | null;
}

export function openCheckpoints(client: PrismaClient) {
  return {
    /**
     * Writes the row and its `checkpoint` event, and moves the job's `best` where it is better. A step beyond every
     * earlier one is progress: the job's failures are forgotten. One that was written again to the same bytes has had its
     * event. With `keep` the older ones are pruned at the same time.
     */
    record(
      fence: Fence,
      checkpoint: NewCheckpoint,
      keep: number = Number.POSITIVE_INFINITY,
    ): Promise<RecordedCheckpoint> {
      return client.$transaction(async (tx) => {
        await lockHeldJob(tx, fence);
        const at = { jobId_step: { jobId: fence.id, step: checkpoint.step } };
        const earlier = await tx.checkpoint.findUnique({ where: at });
        const reached = await tx.checkpoint.count({
          where: { jobId: fence.id, step: { gte: checkpoint.step }, rolledBack: false },
        });
        const ofJob = { where: { id: fence.id }, select: { projectId: true } };
        const { projectId } =
          reached === 0
            ? await tx.job.update({ ...ofJob, data: { failures: 0 } })
            : await tx.job.findUniqueOrThrow(ofJob);
        const { best, bytes, metrics, ...plain } = checkpoint;
        const data = {
          ...plain,
          attempt: fence.attempt,
          bytes: BigInt(bytes),
          metrics: toJson(metrics),
          rolledBack: false,
        };
        const row = await tx.checkpoint.upsert({
          where: at,
          create: { id: newId('checkpoint'), projectId, jobId: fence.id, ...data },
          update: data,
        });
        if (best) await moveBest(tx, row.id, fence.id, checkpoint);
        const event = { checkpoint_id: row.id, epoch: row.epoch, step: row.step, is_best: best || row.isBest };
        const isKnown = earlier?.digest === row.digest && earlier.isBest === event.is_best;
        if (!isKnown) await appendEvent(tx, fence.id, 'checkpoint', event);
        return {
          checkpoint: { ...toCheckpoint(row), is_best: event.is_best },
          replacedKey: earlier && earlier.storageKey !== row.storageKey ? earlier.storageKey : null,
          removed: Number.isFinite(keep) ? await prune(tx, fence.id, keep) : [],
        };
      });
    },

    /**
     * Removes the rows of whole epochs beyond the newest `keep`, and those from within epochs that have a newer one of
     * either kind, but neither the best nor one that an endpoint serves or another job begins from.
     */
    prune(fence: Fence, keep: number): Promise<RemovedCheckpoint[]> {
      return client.$transaction(async (tx) => {
        await lockHeldJob(tx, fence);
        return prune(tx, fence.id, keep);
      });
    },

    rollBack: (fence: Fence, rollback: JobRollback) => rollBack(client, fence, rollback),

    /** What the attempts before have left: checkpoints, and where the training went back to. */
    async ofEarlierAttempts(jobId: string): Promise<EarlierAttempts> {
      const { rollback, checkpoints } = await client.job.findUniqueOrThrow({
        where: { id: jobId },
        select: { rollback: true, checkpoints: { where: { rolledBack: false } } },
      });
      return {
        rollback: rollback === null ? null : parseJobRollback(rollback),
        checkpoints: checkpoints.map(({ epoch, step, digest, storageKey: key }) => ({ epoch, step, digest, key })),
      };
    },

    /** Of every checkpoint file that a row of the job refers to. */
    async storageKeys(jobId: string): Promise<string[]> {
      const rows = await client.checkpoint.findMany({ where: { jobId }, select: { storageKey: true } });
      return rows.map(({ storageKey }) => storageKey);
    },

    async get(projectId: string, id: string): Promise<Checkpoint> {
      const row = await client.checkpoint.findFirst({ where: { id, projectId } });
      if (!row) throw notFound('checkpoint', id);
      return toCheckpoint(row);
    },

    /** The file of a checkpoint; null where there is no such checkpoint any more. */
    async file(projectId: string, id: string): Promise<Pick<CheckpointReference, 'key' | 'digest'> | null> {
      const row = await client.checkpoint.findFirst({ where: { id, projectId } });
      return row && { key: row.storageKey, digest: row.digest };
    },

    /** Newest first. */
    async list(projectId: string, jobId: string, page: Page = {}): Promise<List<Checkpoint>> {
      if ((await client.job.count({ where: { id: jobId, projectId } })) === 0) throw notFound('job', jobId);
      const rows = await client.checkpoint.findMany({ where: { ...olderThan(page), jobId }, ...newestFirst(page) });
      return toList(rows, page, toCheckpoint, idOf);
    },

    /** What it takes to build the checkpoint's network, for a download. */
    async trainedModel(projectId: string, id: string): Promise<TrainedModel> {
      const row = await client.checkpoint.findFirst({ where: { id, projectId }, include: trainedModelInclude });
      if (!row) throw notFound('checkpoint', id);
      return toTrainedModel(row);
    },
  };
}

async function moveBest(tx: Prisma.TransactionClient, id: string, jobId: string, checkpoint: NewCheckpoint) {
  await tx.$executeRaw`
    UPDATE checkpoints SET is_best = (id = ${id}) WHERE job_id = ${jobId} AND is_best <> (id = ${id})`;
  const best = { checkpoint_id: id, epoch: checkpoint.epoch, metrics: flatMetrics(checkpoint.metrics) };
  await tx.job.update({ where: { id: jobId }, data: { best: toJson(best) } });
}

async function prune(tx: Prisma.TransactionClient, jobId: string, keep: number): Promise<RemovedCheckpoint[]> {
  const rows = await tx.checkpoint.findMany({
    where: { jobId },
    orderBy: { step: 'desc' },
    include: { _count: { select: { endpoints: true, endpointUses: true } } },
  });
  const valid = rows.filter((row) => !row.rolledBack);
  const kept = new Set([valid[0], ...valid.filter((row) => row.epochComplete).slice(0, keep)]);
  const isServed = ({ _count }: (typeof rows)[number]) => _count.endpoints + _count.endpointUses > 0;
  const unused = rows.filter((row) => !kept.has(row) && !row.isBest && !isServed(row));
  const users = await jobsBeginningFrom(tx, unused.map(idOf));
  const removed = unused.filter(({ id }) => !users.has(id));
  if (removed.length > 0) await tx.checkpoint.deleteMany({ where: { id: { in: removed.map(idOf) } } });
  return removed.map(({ id, storageKey }) => ({ id, storageKey }));
}
