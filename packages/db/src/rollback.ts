/** Takes back what a job has recorded beyond the step that its training has gone back to. */
import type { EpochMetrics, JobRollback } from '@trainyard/contracts';
import { jobsBeginningFrom } from './checkpoint-use.js';
import type { Prisma, PrismaClient } from './client.js';
import type { Fence } from './errors.js';
import { flatMetrics } from './flat-metrics.js';
import { appendEvent, lockHeldJob } from './job-journal.js';
import { fromJson, toJson, toNullableJson } from './json.js';
import { idOf } from './pages.js';

/** A checkpoint whose row is gone; the caller removes its file, and what was exported from it. */
export interface RemovedCheckpoint {
  id: string;
  storageKey: string;
}

/**
 * Removes the metric rows and checkpoints beyond `to_step`, and writes the rollback and its event. A checkpoint that an
 * endpoint serves or another job begins from stays, but no attempt goes on from it. Written again it changes nothing: the first answer may have got lost.
 */
export function rollBack(client: PrismaClient, fence: Fence, rollback: JobRollback): Promise<RemovedCheckpoint[]> {
  return client.$transaction(async (tx) => {
    await lockHeldJob(tx, fence);
    const where = { id: fence.id };
    const job = await tx.job.findUniqueOrThrow({ where, select: { rollback: true } });
    if (job.rollback !== null) return [];
    const beyond = { jobId: fence.id, step: { gt: rollback.to_step } };
    const removed = await removeCheckpoints(tx, beyond);
    await tx.jobMetric.deleteMany({ where: beyond });
    const metrics = await lastFigures(tx, fence.id);
    await tx.job.update({ where, data: { rollback: toJson(rollback), metrics } });
    await appendEvent(tx, fence.id, 'rollback', { ...rollback });
    return removed;
  });
}

type Beyond = { jobId: string; step: { gt: number } };

async function removeCheckpoints(tx: Prisma.TransactionClient, beyond: Beyond): Promise<RemovedCheckpoint[]> {
  const rows = await tx.checkpoint.findMany({
    where: beyond,
    select: { id: true, storageKey: true, isBest: true, _count: { select: { endpoints: true, endpointUses: true } } },
  });
  const unused = rows.filter(({ _count }) => _count.endpoints + _count.endpointUses === 0);
  const users = await jobsBeginningFrom(tx, unused.map(idOf));
  const removed = unused.filter(({ id }) => !users.has(id));
  await tx.checkpoint.deleteMany({ where: { id: { in: removed.map(({ id }) => id) } } });
  await tx.checkpoint.updateMany({ where: beyond, data: { rolledBack: true, isBest: false } });
  if (rows.some(({ isBest }) => isBest)) await nameBest(tx, beyond);
  return removed.map(({ id, storageKey }) => ({ id, storageKey }));
}

/** The best one is gone only where the newest of whole epochs could not be read: then it is the one that is gone back to. */
async function nameBest(tx: Prisma.TransactionClient, { jobId, step }: Beyond): Promise<void> {
  const row = await tx.checkpoint.findUnique({ where: { jobId_step: { jobId, step: step.gt } } });
  const metrics = row && flatMetrics(fromJson<Pick<EpochMetrics, 'train' | 'validation'>>(row.metrics));
  if (row) await tx.checkpoint.update({ where: { id: row.id }, data: { isBest: true } });
  const best = row && { checkpoint_id: row.id, epoch: row.epoch, metrics };
  await tx.job.update({ where: { id: jobId }, data: { best: toNullableJson(best) } });
}

/** Those of the last epoch that is left. */
async function lastFigures(tx: Prisma.TransactionClient, jobId: string) {
  const row = await tx.jobMetric.findFirst({ where: { jobId, resolution: 'epoch' }, orderBy: { step: 'desc' } });
  return toNullableJson(row && flatMetrics(fromJson<EpochMetrics>(row.values)));
}
