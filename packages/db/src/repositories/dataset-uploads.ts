/**
 * Uploads that are still coming in. Their data sets are `uploading` under a lease, which the process that receives them
 * renews: so one that will never be whole, because that process is gone, can be told from one that is slow. A lease that
 * has run out is not renewed any more.
 */
import type { DatasetOptions } from '@trainyard/contracts';
import { Prisma, type PrismaClient } from '../client.js';

/** Longer than a restart of the database may take, during which nothing can be renewed. */
const LEASE_S = 10 * 60;

const endOfLease = Prisma.sql`COALESCE(lease_expires_at, created_at + make_interval(secs => ${LEASE_S}::float8))`;

export function datasetUploads(client: PrismaClient) {
  return {
    /** Heartbeat of the process that receives an upload. */
    async renewUpload(id: string): Promise<void> {
      await client.$executeRaw`
        UPDATE datasets SET lease_expires_at = clock_timestamp() + make_interval(secs => ${LEASE_S}::float8)
        WHERE id = ${id} AND status = 'uploading' AND ${endOfLease} > clock_timestamp()`;
    },

    /**
     * Ends an upload that did not get through. False where it got through after all, though nobody was told: then its
     * files are to stay. One that was deleted meanwhile, and is known no more, leaves files too.
     */
    async abandonUpload(id: string): Promise<boolean> {
      await client.$executeRaw`
        UPDATE datasets SET lease_expires_at = clock_timestamp() WHERE id = ${id} AND status = 'uploading'`;
      return (await client.dataset.count({ where: { id, status: { not: 'uploading' } } })) === 0;
    },

    /** The data sets whose upload nobody receives any more. The caller removes their files, then discards them. */
    async abandonedUploads(): Promise<string[]> {
      const rows = await client.$queryRaw<{ id: string }[]>`
        SELECT id FROM datasets WHERE status = 'uploading' AND ${endOfLease} <= clock_timestamp()`;
      return rows.map(({ id }) => id);
    },

    /** Forgets a data set whose upload did not get through. */
    async discard(id: string): Promise<void> {
      await client.dataset.deleteMany({ where: { id, status: 'uploading' } });
    },
  };
}

/** Locks the row of an upload that is still being received; null where there is none. */
export async function lockUpload(
  tx: Prisma.TransactionClient,
  id: string,
): Promise<{ options: DatasetOptions } | null> {
  const [row] = await tx.$queryRaw<{ options: DatasetOptions }[]>`
    SELECT options FROM datasets WHERE id = ${id} AND status = 'uploading' AND deleted_at IS NULL
      AND ${endOfLease} > clock_timestamp() FOR UPDATE`;
  return row ?? null;
}
