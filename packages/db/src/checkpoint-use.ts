/** Checkpoints that other jobs begin from: they are kept until these jobs have ended. */
import { ENDED_JOB_STATUSES } from '@trainyard/contracts';
import { Prisma } from './client.js';
import { notFound } from './errors.js';

/**
 * Keeps a checkpoint from being deleted before the job of this transaction can be seen to begin from it. Throws `not_found`
 * where the project has none of that id.
 */
export async function holdCheckpoint(tx: Prisma.TransactionClient, projectId: string, id: string): Promise<void> {
  const found = await tx.$queryRaw<unknown[]>`
    SELECT id FROM checkpoints WHERE id = ${id} AND project_id = ${projectId} FOR KEY SHARE`;
  if (found.length === 0) throw notFound('checkpoint', id);
}

/** Jobs that have not ended and begin from one of the checkpoints, by its id. From here on no other can come to it. */
export async function jobsBeginningFrom(
  tx: Prisma.TransactionClient,
  checkpoints: readonly string[],
): Promise<Map<string, string>> {
  if (checkpoints.length === 0) return new Map();
  await tx.$queryRaw`SELECT id FROM checkpoints WHERE id IN (${Prisma.join([...checkpoints])}) ORDER BY id FOR UPDATE`;
  const jobs = await tx.job.findMany({
    where: { initFrom: { in: [...checkpoints] }, status: { notIn: [...ENDED_JOB_STATUSES] } },
    select: { id: true, initFrom: true },
  });
  return new Map(jobs.flatMap(({ id, initFrom }) => (initFrom === null ? [] : [[initFrom, id] as const])));
}
