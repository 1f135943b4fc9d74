/** What a `PATCH` of an endpoint comes to: its checkpoints looked up, and held against the one that is served. */
import { type EndpointSettings, TrainyardError, type UpdateEndpoint } from '@trainyard/contracts';
import type { Database, EndpointChange, ServedEndpoint } from '@trainyard/db';
import { requireOneOf } from '../schemas/one-of-fields.js';
import { checkFit } from './check-fit.js';
import { checkSettings } from './check-settings.js';

const WEIGHTS_OFF_MAX = 1e-6;
const ONE_CHECKPOINT = 'Give either `checkpoint_id`, or `job_id` for the best checkpoint of a job.';

/** Throws `not_found`, `conflict` for a job without a checkpoint, and `invalid_request`. */
export async function resolveChange(
  db: Database,
  served: ServedEndpoint,
  body: UpdateEndpoint,
): Promise<EndpointChange> {
  const { name, traffic, shadow } = body;
  const settings = settingsIn(body);
  checkSettings(served.model, settings);
  return {
    // A part of the traffic and a shadow stand beside the checkpoint that they were held against.
    servedId: traffic || shadow ? served.model.checkpointId : undefined,
    name,
    settings,
    checkpointId: await targetOf(db, served, body),
    traffic: traffic && (await partOf(db, served, traffic)),
    shadow: shadow && (await shadowOf(db, served, shadow)),
  };
}

/** The settings that a body names. */
export function settingsIn(body: Partial<EndpointSettings>): Partial<EndpointSettings> {
  const { labels, thresholds, top_k, batching } = body;
  return {
    ...(labels === undefined ? {} : { labels }),
    ...(thresholds === undefined ? {} : { thresholds }),
    ...(top_k === undefined ? {} : { top_k }),
    ...(batching === undefined ? {} : { batching }),
  };
}

async function targetOf(db: Database, served: ServedEndpoint, body: UpdateEndpoint): Promise<string | undefined> {
  const { checkpoint_id, job_id, traffic } = body;
  if (checkpoint_id === undefined && job_id === undefined) return undefined;
  requireOneOf(body, ['checkpoint_id', 'job_id'], ONE_CHECKPOINT);
  const field = checkpoint_id === undefined ? '/job_id' : '/checkpoint_id';
  if (traffic) throw invalid('/traffic', 'Move the endpoint or split its traffic, one after the other.');
  const target = await db.endpoints.checkpointFor(served.projectId, { checkpointId: checkpoint_id, jobId: job_id });
  await checkOther(db, served, target, field);
  return target;
}

async function partOf(
  db: Database,
  served: ServedEndpoint,
  traffic: NonNullable<UpdateEndpoint['traffic']>,
): Promise<EndpointChange['traffic']> {
  const present = served.model.checkpointId;
  const place = traffic.findIndex(({ checkpoint_id }) => checkpoint_id !== present);
  const other = traffic[place];
  if (other === undefined || traffic[1 - place].checkpoint_id !== present) {
    throw invalid('/traffic', `Expected ${present}, which is served now, and one other checkpoint.`);
  }
  const sum = traffic.reduce((total, { weight }) => total + weight, 0);
  if (Math.abs(sum - 1) > WEIGHTS_OFF_MAX) throw invalid('/traffic', `Expected weights whose sum is 1; it is ${sum}.`);
  await checkOther(db, served, other.checkpoint_id, `/traffic/${place}/checkpoint_id`);
  return { checkpointId: other.checkpoint_id, share: other.weight };
}

async function shadowOf(
  db: Database,
  served: ServedEndpoint,
  { checkpoint_id, fraction = 1 }: NonNullable<UpdateEndpoint['shadow']>,
): Promise<EndpointChange['shadow']> {
  const pointer = '/shadow/checkpoint_id';
  if (checkpoint_id === served.model.checkpointId) {
    throw invalid(pointer, `Expected another checkpoint than ${checkpoint_id}, which is served now.`);
  }
  await checkOther(db, served, checkpoint_id, pointer);
  return { checkpointId: checkpoint_id, share: fraction };
}

async function checkOther(db: Database, served: ServedEndpoint, checkpointId: string, pointer: string): Promise<void> {
  checkFit(served.model, await db.checkpoints.trainedModel(served.projectId, checkpointId), pointer);
}

function invalid(pointer: string, detail: string): TrainyardError {
  return new TrainyardError('invalid_request', detail, { errors: [{ pointer, detail }] });
}
