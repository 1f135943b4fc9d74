/**
 * The live stream of a resource's events as server-sent events. Postgres is polled, so any API process can serve any
 * resource, and a client that comes back with the id of its last event misses nothing and gets nothing twice.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type Event, LIST_LIMIT_MAX, type List, TrainyardError } from '@trainyard/contracts';
import { isDatabaseUnavailable, type Page } from '@trainyard/db';

/** A resource whose events can be followed. Both throw `not_found` where it is not there. */
export interface Watched {
  list(page: Page): Promise<List<Event>>;
  /** Whether no more events come; and what has changed between them, for a frame of its own, where that is anything. */
  look(): Promise<{ hasEnded: boolean; progress: object | null }>;
}

export interface StreamSource {
  watched: Watched;
  /** The last event that the client has. */
  after: string | undefined;
  heartbeatMs: number;
  /** Ends the stream, when the client has gone or the server stops. */
  signal: AbortSignal;
}

const POLL_MS = 400;
const RECONNECT_MS = 1_000;

/**
 * The frames of the stream. It ends once the resource has ended and its last event is out, or it has been deleted. While
 * Postgres is away it goes on, without events.
 */
export async function* eventFrames(source: StreamSource): AsyncGenerator<string, void, void> {
  yield `retry: ${RECONNECT_MS}\n\n`;
  let { after } = source;
  let progress = '';
  let quietSince = Date.now();
  while (!source.signal.aborted) {
    const found = await look(source.watched, after);
    if (found === 'deleted') return;
    const frames = found?.page.data.map(eventFrame) ?? [];
    after = found?.page.data.at(-1)?.id ?? after;
    const latest = found ? progressFrame(found.progress) : progress;
    if (latest !== '' && latest !== progress) frames.push(latest);
    progress = latest;
    if (frames.length === 0 && Date.now() - quietSince > source.heartbeatMs) frames.push(': still here\n\n');
    if (frames.length > 0) {
      yield frames.join('');
      quietSince = Date.now();
    }
    const hasMore = found?.page.has_more ?? false;
    if (found?.hasEnded && !hasMore) return;
    if (!hasMore) await pause(source.signal);
  }
}

interface Look {
  hasEnded: boolean;
  progress: object | null;
  page: List<Event>;
}

/** Null while Postgres is away. */
async function look(watched: Watched, after: string | undefined): Promise<Look | 'deleted' | null> {
  try {
    // Its state is read before its events, so that what is seen as ended has all of its events in the list that follows.
    const state = await watched.look();
    return { ...state, page: await watched.list(pageAfter(after)) };
  } catch (error) {
    if (isDatabaseUnavailable(error)) return null;
    if (error instanceof TrainyardError && error.code === 'not_found') return 'deleted';
    throw error;
  }
}

function pageAfter(after: string | undefined) {
  return { limit: LIST_LIMIT_MAX, ...(after === undefined ? {} : { after }) };
}

function eventFrame(event: Event): string {
  return `id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** It has no id: what a client resumes from are events alone. */
function progressFrame(progress: object | null): string {
  return progress === null ? '' : `event: progress\ndata: ${JSON.stringify(progress)}\n\n`;
}

async function pause(signal: AbortSignal): Promise<void> {
  await delay(POLL_MS, undefined, { signal }).catch(() => undefined);
}
