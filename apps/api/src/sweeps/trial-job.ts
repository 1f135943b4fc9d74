/** The job of a trial: the body that a user would post, checked in the same way. */
import { type Assignment, CreateJob, type SweepBody, type SweepSettings, TrainyardError } from '@trainyard/contracts';
import type { Database, NewJob } from '@trainyard/db';
import { applyAssignment } from '@trainyard/tuning';
import { Value } from 'typebox/value';
import { resolveJob } from '../jobs/resolve-job.js';

/** What of a sweep its jobs are made of. */
export interface TrialSource {
  projectId: string;
  name: string;
  datasetId: string;
  body: SweepBody;
  settings: Pick<SweepSettings, 'device' | 'priority' | 'tags'>;
}

export function trialBody({ name, datasetId, body, settings }: TrialSource, assignment: Assignment): object {
  const { device, priority, tags } = settings;
  const { init_from, freeze, unfreeze } = body;
  const begin = { ...(init_from && { init_from }), ...(freeze && { freeze }), ...(unfreeze && { unfreeze }) };
  return { name, dataset_id: datasetId, ...applyAssignment(body, assignment), ...begin, device, priority, tags };
}

/**
 * Throws what `POST /v1/jobs` would, with pointers into its body.
 *
 * @param check tells what of the body does not fit the schema; left out, the first such thing is told
 */
export async function resolveTrial(
  db: Database,
  source: TrialSource,
  assignment: Assignment,
  check: (body: object) => void = checkBody,
): Promise<NewJob> {
  const body = trialBody(source, assignment);
  check(body);
  if (!Value.Check(CreateJob, body)) throw unfit('');
  return resolveJob(db, source.projectId, body);
}

function checkBody(body: object): void {
  const [error] = Value.Errors(CreateJob, body);
  if (error) throw unfit(error.instancePath, error.message);
}

function unfit(pointer: string, message = 'does not fit the schema of a job'): TrainyardError {
  const detail = `The settings of this trial make no job: ${pointer} ${message}.`;
  return new TrainyardError('invalid_request', detail, { errors: [{ pointer, detail }] });
}
