/** Which checkpoint an endpoint is to serve, kept from being pruned or deleted before the endpoint can be seen to use it. */
import { TrainyardError } from '@trainyard/contracts';
import type { Prisma } from '../client.js';
import { notFound } from '../errors.js';

/** Exactly one of the two; a job means its best checkpoint. */
export interface ServedCheckpoint {
  checkpointId?: string | undefined;
  jobId?: string | undefined;
}

/** Throws `not_found`, or `conflict` where the job has no checkpoint yet. */
export async function servedCheckpoint(
  tx: Prisma.TransactionClient,
  projectId: string,
  given: ServedCheckpoint,
): Promise<string> {
  const jobId = given.jobId ?? (await jobOf(tx, projectId, given.checkpointId ?? ''));
  // The lock keeps the job's worker from pruning the checkpoint before this endpoint can be seen to serve it.
  const job = await tx.$queryRaw`SELECT id FROM jobs WHERE id = ${jobId} AND project_id = ${projectId} FOR SHARE`;
  if (!Array.isArray(job) || job.length === 0) throw notFound('job', jobId);
  const where = given.checkpointId ? { id: given.checkpointId } : { jobId, isBest: true };
  const checkpoint = await tx.checkpoint.findFirst({ where, select: { id: true } });
  if (checkpoint) return checkpoint.id;
  if (given.checkpointId) throw notFound('checkpoint', given.checkpointId);
  throw new TrainyardError('conflict', `The job ${jobId} has no checkpoint yet. Wait until its first epoch is done.`);
}

async function jobOf(tx: Prisma.TransactionClient, projectId: string, checkpointId: string): Promise<string> {
  const row = await tx.checkpoint.findFirst({ where: { id: checkpointId, projectId }, select: { jobId: true } });
  if (!row) throw notFound('checkpoint', checkpointId);
  return row.jobId;
}
