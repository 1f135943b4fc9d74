// Follows the events of a job as a browser's EventSource does: it comes back with the id of the last event until a 204.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Event } from '@trainyard/contracts';
import { type Frame, readFrames } from './event-stream.js';

export interface Followed {
  events: Event[];
  progress: unknown[];
  /** Streams that were begun. */
  connections: number;
  /** Requests that no stream began with: refused connections, and answers such as 503. */
  refusals: number;
}

const RECONNECT_MS = 100;

export async function followEvents(url: string, key: string): Promise<Followed> {
  const followed: Followed = { events: [], progress: [], connections: 0, refusals: 0 };
  for (;;) {
    const response = await open(url, key, followed.events.at(-1)?.id);
    if (response?.status === 204) return followed;
    if (response?.status === 200) {
      followed.connections += 1;
      await takeAll(response, followed);
    } else {
      followed.refusals += 1;
      await response?.body?.cancel();
    }
    await sleep(RECONNECT_MS);
  }
}

function open(url: string, key: string, last: string | undefined): Promise<Response | null> {
  const headers = { authorization: `Bearer ${key}`, accept: 'text/event-stream' };
  return fetch(url, { headers: last === undefined ? headers : { ...headers, 'last-event-id': last } }).catch(
    () => null,
  );
}

/** Until the stream ends or breaks off; a frame that is not whole is forgotten. */
async function takeAll(response: Response, followed: Followed): Promise<void> {
  try {
    for await (const frame of readFrames(response)) take(frame, followed);
  } catch {
    // It broke off.
  }
}

function take({ id, event, data }: Frame, { events, progress }: Followed): void {
  if (id !== undefined) events.push(data as Event);
  else if (event === 'progress') progress.push(data);
}
