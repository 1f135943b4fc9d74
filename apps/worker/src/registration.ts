/** Enters this worker among those that are attached, and says every few seconds that it lives. */
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database, NewWorker } from '@trainyard/db';
import type { Logger } from 'pino';

const HEARTBEAT_MS = 5000;

export interface Registration {
  workerId: string;
  /** Takes the worker off the list. */
  end(): Promise<void>;
}

export async function register(
  db: Database,
  found: Pick<NewWorker, 'devices' | 'traits' | 'jobSlots'>,
  log: Logger,
): Promise<Registration> {
  const entry = { host: hostname(), pid: process.pid, ...found };
  const workerId = await db.workers.register(entry);
  const ending = new AbortController();
  const beating = beat();

  async function beat(): Promise<void> {
    while (!ending.signal.aborted) {
      await sleep(HEARTBEAT_MS, undefined, { signal: ending.signal }).catch(() => {});
      if (ending.signal.aborted) return;
      try {
        if (!(await db.workers.heartbeat(workerId))) await db.workers.register({ ...entry, id: workerId });
      } catch (error) {
        log.warn({ err: error }, 'heartbeat failed');
      }
    }
  }

  return {
    workerId,
    async end() {
      ending.abort();
      await beating;
      await db.workers.remove(workerId);
    },
  };
}
