/**
 * Writes the bytes of one request to a resumable upload, and says in the database how many of them are safe. The upload
 * is held by a lease that lasts as long as bytes come: after a few quiet seconds another request may take it over.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type Database, isDatabaseUnavailable, type UploadClaim } from '@trainyard/db';
import type { AppendedObject } from '@trainyard/storage';

/** How long an upload is held after the last bytes. */
export const UPLOAD_LEASE_MS = 6_000;
/** How often bytes are flushed and counted while they come. */
const COUNT_MS = 1_000;
/** How long a request is held up while the database is away. */
const PATIENCE_MS = 60_000;
const TRY_AGAIN_MS = 500;

export interface UploadWriterOptions {
  uploads: Pick<Database['uploads'], 'advance'>;
  claim: UploadClaim;
  /** When it was taken, by `performance.now()`. */
  takenAt: number;
  object: AppendedObject;
  /** How long the upload is kept after this. */
  lifetimeMs: number;
  /** Whether nothing counts before `finish`, because a checksum is to be compared first. */
  isProvisional: boolean;
}

export class UploadWriter {
  readonly #options: UploadWriterOptions;
  readonly #timer: NodeJS.Timeout;
  #queue: Promise<unknown> = Promise.resolve();
  #isProvisional: boolean;
  #hasUncounted = false;
  #heldFrom: number;

  constructor(options: UploadWriterOptions) {
    this.#options = options;
    this.#isProvisional = options.isProvisional;
    this.#heldFrom = options.takenAt;
    // A connection that has died without a word must not keep what it brought from counting.
    this.#timer = setInterval(() => {
      if (this.#hasUncounted && !this.#isProvisional) void this.count().catch(() => undefined);
    }, COUNT_MS).unref();
  }

  /** Throws `StaleAttemptError` once another request has taken the upload, or it has ended. */
  write(chunk: Uint8Array): Promise<void> {
    return this.#inTurn(async () => {
      // Also what comes after a pause, in which the lease may have run out, is written under a lease.
      if (performance.now() - this.#heldFrom >= COUNT_MS) await this.#count();
      await this.#options.object.write(chunk);
      this.#hasUncounted = true;
    });
  }

  /** Flushes what was written and counts it. Answers how many bytes the upload has, and until when it is kept. */
  count(): Promise<Counted> {
    return this.#inTurn(() => this.#count());
  }

  /** The same for all of it, where a checksum was awaited. */
  finish(): Promise<Counted> {
    this.#isProvisional = false;
    return this.count();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#inTurn(() => this.#options.object.close());
  }

  async #count(): Promise<Counted> {
    const { uploads, claim, object, lifetimeMs } = this.#options;
    const received = this.#isProvisional ? claim.received : await object.flush();
    const from = performance.now();
    const times = { leaseMs: UPLOAD_LEASE_MS, lifetimeMs };
    const expiresAt = await patiently(() => uploads.advance(claim, received, times));
    this.#heldFrom = from;
    this.#hasUncounted = false;
    return { received, expiresAt };
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(work, work);
    this.#queue = done.catch(() => undefined);
    return done;
  }
}

export interface Counted {
  received: number;
  expiresAt: Date;
}

async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!isDatabaseUnavailable(error) || performance.now() > until) throw error;
    }
    await delay(TRY_AGAIN_MS);
  }
}
