/** Which checkpoint of a job is meant. */
import { TrainyardError } from '@trainyard/contracts';
import type { Database } from '@trainyard/db';

/** Its best one unless another is named. Throws `not_found` for one of another job, `conflict` where there is none yet. */
export async function checkpointOfJob(
  db: Database,
  { projectId, jobId }: { projectId: string; jobId: string },
  checkpointId: string | undefined,
): Promise<string> {
  const { best } = await db.jobs.get(projectId, jobId);
  if (checkpointId === undefined) {
    if (best) return best.checkpoint_id;
    throw new TrainyardError(
      'conflict',
      `The job ${jobId} has no checkpoint yet. Wait for the end of its first epoch.`,
    );
  }
  const { job_id } = await db.checkpoints.get(projectId, checkpointId);
  if (job_id === jobId) return checkpointId;
  throw new TrainyardError('not_found', `The job ${jobId} has no checkpoint ${checkpointId}.`);
}
