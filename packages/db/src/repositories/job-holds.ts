/** Jobs that wait for their sweep at a rung: their worker lets go of them, and the sweep lets them go on. */
import type { PrismaClient } from '../client.js';
import type { Fence } from '../errors.js';
import { lockHeldJob, moveJob } from '../job-journal.js';
import { putBack } from '../job-retries.js';

export function jobHolds(client: PrismaClient) {
  return {
    /** Ends the attempt at a job that has trained as far as it was to; where it may go on by now, it is queued again. */
    markHeld(fence: Fence): Promise<void> {
      return client.$transaction(async (tx) => {
        const job = await lockHeldJob(tx, fence);
        const { holdAtEpoch } = await tx.job.findUniqueOrThrow({
          where: { id: fence.id },
          select: { holdAtEpoch: true },
        });
        const waits = job.control !== 'stop' && !job.cancelRequested && holdAtEpoch !== null;
        if (!waits) return putBack(tx, job, 'It may go on');
        await moveJob(tx, job, 'paused', { reason: `ASHA: waits at the rung after epoch ${holdAtEpoch}` });
      });
    },
  };
}
