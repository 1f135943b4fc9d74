/**
 * The database as an attempt sees it: what is written while Postgres is away waits until it is back, as long as the
 * attempt may still hold its lease. The fence refuses it where another worker was quicker.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, isDatabaseUnavailable } from '@trainyard/db';

const RETRY_MS = 300;

/** For what waits as long as an outage lasts. */
export const NEVER: AbortSignal = new AbortController().signal;

/** Every call on a repository is tried again through outages. Once `lost` is aborted it throws the reason of that. */
export function patientDatabase(db: Database, lost: AbortSignal): Database {
  return new Proxy(db, {
    get(target, name) {
      const part: unknown = Reflect.get(target, name);
      return typeof part === 'object' && part !== null ? patientRepository(part, lost) : part;
    },
  });
}

function patientRepository(repository: object, lost: AbortSignal): object {
  return new Proxy(repository, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return (...given: unknown[]) => throughOutages(() => Reflect.apply(method, target, given), lost);
    },
  });
}

/** Runs `work` again for as long as the database is away. */
export async function throughOutages<T>(work: () => Promise<T>, lost: AbortSignal): Promise<T> {
  for (;;) {
    lost.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (!isDatabaseUnavailable(error)) throw error;
    }
    await sleep(RETRY_MS, undefined, { signal: lost }).catch(() => {});
  }
}
