/**
 * The live stream of a job's events as server-sent events. Postgres is polled, so any API process can serve any job,
 * and a client that comes back with the id of its last event misses nothing and gets nothing twice.
 */
import { setTimeout as delay } from 'node:timers/promises';
import {
  ENDED_JOB_STATUSES,
  type Event,
  type Job,
  LIST_LIMIT_MAX,
  type List,
  TrainyardError,
} from '@trainyard/contracts';
import { type Database, isDatabaseUnavailable } from '@trainyard/db';

export interface StreamSource {
  db: Pick<Database, 'jobs' | 'events'>;
  projectId: string;
  jobId: string;
  /** The last event that the client has. */
  after: string | undefined;
  heartbeatMs: number;
  /** Ends the stream, when the client has gone or the server stops. */
  signal: AbortSignal;
}

const POLL_MS = 400;
const RECONNECT_MS = 1_000;

/**
 * The frames of the stream. It ends once the job has ended and its last event is out, or the job has been deleted. While
 * Postgres is away it goes on, without events.
 */
export async function* eventFrames(source: StreamSource): AsyncGenerator<string, void, void> {
  yield `retry: ${RECONNECT_MS}\n\n`;
  let { after } = source;
  let progress = '';
  let quietSince = Date.now();
  while (!source.signal.aborted) {
    const found = await look(source, after);
    if (found === 'deleted') return;
    const frames = found?.page.data.map(eventFrame) ?? [];
    after = found?.page.data.at(-1)?.id ?? after;
    const latest = found ? progressFrame(found.job) : progress;
    if (latest !== '' && latest !== progress) frames.push(latest);
    progress = latest;
    if (frames.length === 0 && Date.now() - quietSince > source.heartbeatMs) frames.push(': still here\n\n');
    if (frames.length > 0) {
      yield frames.join('');
      quietSince = Date.now();
    }
    const hasMore = found?.page.has_more ?? false;
    if (found && isEnded(found.job) && !hasMore) return;
    if (!hasMore) await pause(source.signal);
  }
}

interface Look {
  job: Job;
  page: List<Event>;
}

/** Null while Postgres is away. */
async function look(
  { db, projectId, jobId }: StreamSource,
  after: string | undefined,
): Promise<Look | 'deleted' | null> {
  try {
    // The job is read before its events, so that a job seen as ended has all of its events in the list that follows.
    const job = await db.jobs.get(projectId, jobId);
    return { job, page: await db.events.list(projectId, jobId, pageAfter(after)) };
  } catch (error) {
    if (isDatabaseUnavailable(error)) return null;
    if (error instanceof TrainyardError && error.code === 'not_found') return 'deleted';
    throw error;
  }
}

export function isEnded({ status }: Job): boolean {
  return ENDED_JOB_STATUSES.some((ended) => ended === status);
}

function pageAfter(after: string | undefined) {
  return { limit: LIST_LIMIT_MAX, ...(after === undefined ? {} : { after }) };
}

function eventFrame(event: Event): string {
  return `id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** It has no id: what a client resumes from are events alone. */
function progressFrame({ id, status, progress, metrics }: Job): string {
  return progress === null
    ? ''
    : `event: progress\ndata: ${JSON.stringify({ job_id: id, status, progress, metrics })}\n\n`;
}

async function pause(signal: AbortSignal): Promise<void> {
  await delay(POLL_MS, undefined, { signal }).catch(() => undefined);
}
