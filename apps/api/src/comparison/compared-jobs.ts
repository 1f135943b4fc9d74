/** The jobs that a request names: `ids=job_a,job_b`. */
import { COMPARED_JOBS_MAX, type Job, TrainyardError } from '@trainyard/contracts';
import type { Database } from '@trainyard/db';
import { Type } from 'typebox';

export const ComparedIds = Type.String({
  description: `Ids of 2 to ${COMPARED_JOBS_MAX} jobs, with commas between them`,
});

/** In the order given, each once. Throws `invalid_request` for too few or too many and `not_found`. */
export async function comparedJobs(db: Database, projectId: string, ids: string): Promise<Job[]> {
  const wanted = [...new Set(ids.split(',').map((id) => id.trim()))].filter((id) => id !== '');
  if (wanted.length < 2 || wanted.length > COMPARED_JOBS_MAX) {
    const detail = `Expected the ids of 2 to ${COMPARED_JOBS_MAX} different jobs, as in ?ids=job_…,job_…; received ${wanted.length}.`;
    throw new TrainyardError('invalid_request', detail, { errors: [{ pointer: '/ids', detail }] });
  }
  return Promise.all(wanted.map((id) => db.jobs.get(projectId, id)));
}
