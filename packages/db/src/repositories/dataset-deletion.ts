/**
 * How data sets are deleted. The row goes out of sight at once; its files go when nothing writes to them any more and no
 * other data set has them as a part, and the row itself when no job refers to it.
 */
import { TrainyardError } from '@trainyard/contracts';
import { Prisma, type PrismaClient } from '../client.js';
import { notFound } from '../errors.js';

/** A deleted data set whose files nobody needs. `sourceKey` is where its upload is. */
export interface UnneededFiles {
  id: string;
  sourceKey: string | null;
}

const UNNEEDED_MAX = 100;

/** Uploads that are still coming in are cleared away by those who look after uploads. */
const IS_UNNEEDED = Prisma.sql`
  deleted_at IS NOT NULL AND files_removed_at IS NULL AND status <> 'uploading'
  AND (status <> 'processing' OR worker_id IS NULL OR lease_expires_at < clock_timestamp())
  AND NOT EXISTS (SELECT 1 FROM datasets live WHERE live.deleted_at IS NULL AND live.parts @> ARRAY[d.id])`;

export function datasetDeletion(client: PrismaClient) {
  return {
    /**
     * Deletes a data set; throws `conflict` while a job that has not ended uses it, or images are being added to it.
     * Answers the ids of the data sets whose files may be unneeded now: ask `unneededFiles` which are.
     */
    remove(projectId: string, id: string): Promise<string[]> {
      return client.$transaction(async (tx) => {
        const [row] = await tx.$queryRaw<{ status: string; parts: string[] }[]>`
          SELECT status::text AS status, parts FROM datasets
          WHERE id = ${id} AND project_id = ${projectId} AND deleted_at IS NULL FOR UPDATE`;
        if (!row) throw notFound('data set', id);
        await refuseWhileUsed(tx, id);
        await tx.$executeRaw`
          UPDATE datasets SET deleted_at = clock_timestamp(), updated_at = now(),
            lease_expires_at = CASE WHEN status = 'uploading' THEN clock_timestamp() ELSE lease_expires_at END
          WHERE id = ${id}`;
        return [...new Set([...row.parts, id])];
      });
    },

    /** The deleted data sets, of those given or of all, whose files nobody needs. The caller removes them and says so. */
    unneededFiles(among?: readonly string[]): Promise<UnneededFiles[]> {
      const chosen = among === undefined ? Prisma.sql`true` : Prisma.sql`id = ANY(${among}::text[])`;
      return client.$queryRaw<UnneededFiles[]>`
        SELECT id, source_key AS "sourceKey" FROM datasets d WHERE ${IS_UNNEEDED} AND ${chosen}
        ORDER BY id LIMIT ${UNNEEDED_MAX}::int`;
    },

    /** Notes that the files of a deleted data set are gone, and forgets it where no job refers to it. */
    async filesRemoved(id: string): Promise<void> {
      await client.$executeRaw`
        UPDATE datasets SET files_removed_at = clock_timestamp() WHERE id = ${id} AND deleted_at IS NOT NULL`;
      await client.$executeRaw`
        DELETE FROM datasets d
        WHERE id = ${id} AND files_removed_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM jobs WHERE dataset_id = d.id)`;
    },

    /** Forgets the deleted data sets whose last job was deleted after them. Answers how many. */
    forgetDeleted(): Promise<number> {
      return client.$executeRaw`
        DELETE FROM datasets d
        WHERE files_removed_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM jobs WHERE dataset_id = d.id)`;
    },
  };
}

async function refuseWhileUsed(tx: Prisma.TransactionClient, id: string): Promise<void> {
  const job = await tx.job.findFirst({
    where: { datasetId: id, status: { notIn: ['succeeded', 'failed', 'cancelled'] } },
    select: { id: true, status: true },
  });
  if (job) {
    const detail = `The job ${job.id} is ${job.status} and uses this data set. Cancel it or wait for its end.`;
    throw new TrainyardError('conflict', detail);
  }
  const child = await tx.dataset.findFirst({
    where: { parentId: id, status: { in: ['uploading', 'processing'] }, deletedAt: null },
    select: { id: true, status: true },
  });
  if (child) {
    const detail = `Images are being added to this data set: ${child.id} is ${child.status}. Wait for its end, or delete that one first.`;
    throw new TrainyardError('conflict', detail);
  }
}
