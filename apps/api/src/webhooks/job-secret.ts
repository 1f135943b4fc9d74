/**
 * The secret of a job's webhook, where it was made for a posted job, is in the answer to the post, also when this is given
 * again. It is stored with the webhook alone, which is signed with it, and goes with the job.
 */
import type { CreateJob, Job } from '@trainyard/contracts';
import type { Database } from '@trainyard/db';

export function withoutSecret(job: Job): Job {
  if (job.webhook === null) return job;
  const { secret: _, ...webhook } = job.webhook;
  return { ...job, webhook };
}

/** `posted` is the request, which says whether the secret had to be made. */
export async function withSecret(db: Database, projectId: string, job: Job, posted: CreateJob): Promise<Job> {
  if (job.webhook === null || !posted.webhook || posted.webhook.secret !== undefined) return job;
  const secret = await db.webhooks.secretOf(projectId, job.id);
  return secret === null ? job : { ...job, webhook: { ...job.webhook, secret } };
}
