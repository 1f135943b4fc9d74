/** The lease under which a worker holds a job. */
import type { Prisma } from './client.js';
import { type Fence, StaleAttemptError } from './errors.js';
import type { JobControl } from './job-journal.js';

/** What was asked of the worker that holds a job. */
export interface Requests {
  cancelRequested: boolean;
  control: JobControl | null;
}

/** Holds the job for another `leaseMs`, by the database's clock. */
export async function renewLease(client: Prisma.TransactionClient, fence: Fence, leaseMs: number): Promise<Requests> {
  const [row] = await client.$queryRaw<Requests[]>`
    UPDATE jobs SET lease_expires_at = clock_timestamp() + make_interval(secs => ${leaseMs / 1000}::float8)
    WHERE id = ${fence.id} AND attempt = ${fence.attempt} AND status IN ('preparing', 'running')
    RETURNING cancel_requested_at IS NOT NULL AS "cancelRequested", control_requested AS control`;
  if (!row) throw new StaleAttemptError(fence);
  return row;
}
