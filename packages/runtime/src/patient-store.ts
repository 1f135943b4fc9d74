/**
 * The object store of a training: where there is no room for what it writes, it waits and tries again, so that a full
 * disk holds a training up and does not end it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LogLevel } from '@trainyard/contracts';
import { TrainyardError } from '@trainyard/contracts';
import type { ObjectStore, WrittenObject } from '@trainyard/storage';
import type { FitOrder } from './fit.js';

/** Thrown out of a write that waits for room when the training is told to go on elsewhere. */
export class HandedOverUnwritten extends Error {}

export interface PatientStoreOptions {
  /** Aborting it ends the waiting; the write is then rejected with its reason. */
  signal: AbortSignal;
  /** How the training is told to end before its time. */
  order: () => FitOrder | null;
  /** Hears that a write waits for room, and that it waits no more. */
  say: (level: LogLevel, message: string) => Promise<void>;
  /** How long a write waits for room before it is given up; 10 minutes by default. */
  patienceMs?: number;
}

const PATIENCE_MS = 600_000;
const FIRST_PAUSE_MS = 1000;
const PAUSE_MS_MAX = 15_000;

/** How often a write that waits looks whether the training was told to end. */
const LOOK_MS = 250;

/**
 * A store whose writes wait for room. When `patienceMs` have passed without any, the write throws `storage_full`. What
 * comes from a stream cannot be written twice, so it throws that at once.
 */
export function patientStore(store: ObjectStore, options: PatientStoreOptions): ObjectStore {
  return {
    write: (key, source, write) =>
      source instanceof Uint8Array
        ? writePatiently(() => store.write(key, source, write), options)
        : store.write(key, source, write),
    openAppend: (key, bytes) => store.openAppend(key, bytes),
    finishAppend: (key, bytes) => store.finishAppend(key, bytes),
    read: (key, range) => store.read(key, range),
    readBytes: (key) => store.readBytes(key),
    stat: (key) => store.stat(key),
    remove: (key) => store.remove(key),
    removePrefix: (prefix) => store.removePrefix(prefix),
    list: (prefix) => store.list(prefix),
    openRandomAccess: (key) => store.openRandomAccess(key),
    openPieces: (keys, options) => store.openPieces(keys, options),
    check: () => store.check(),
  };
}

async function writePatiently(
  write: () => Promise<WrittenObject>,
  { signal, order, say, patienceMs = PATIENCE_MS }: PatientStoreOptions,
): Promise<WrittenObject> {
  const begun = performance.now();
  for (let pauseMs = FIRST_PAUSE_MS, waited = false; ; pauseMs = Math.min(2 * pauseMs, PAUSE_MS_MAX), waited = true) {
    try {
      const written = await write();
      if (waited) await say('info', 'There is room in the object store again; the training goes on.');
      return written;
    } catch (error) {
      if (!(error instanceof TrainyardError && error.code === 'storage_full')) throw error;
      if (!waited) await say('warning', 'The object store is full. The training waits for room.');
      const left = patienceMs - (performance.now() - begun);
      if (left <= 0) throw waitedInVain(patienceMs, error);
      await pause(Math.min(pauseMs, left), signal, order);
    }
  }
}

async function pause(ms: number, signal: AbortSignal, order: () => FitOrder | null): Promise<void> {
  const until = performance.now() + ms;
  for (let left = ms; left > 0; left = until - performance.now()) {
    signal.throwIfAborted();
    if (order() === 'hand_over') throw new HandedOverUnwritten('The training is to go on elsewhere.');
    await sleep(Math.min(left, LOOK_MS));
  }
}

function waitedInVain(patienceMs: number, cause: unknown): TrainyardError {
  const minutes = Math.round(patienceMs / 60_000);
  const detail = `The object store was full for ${minutes} minutes. Free some space; the newest checkpoint is kept.`;
  return new TrainyardError('storage_full', detail, { cause });
}
