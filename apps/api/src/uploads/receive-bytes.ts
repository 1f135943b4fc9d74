/** Adds the body of a request to a resumable upload. Whatever comes counts, however the request ends. */
import { setTimeout as delay } from 'node:timers/promises';
import { TrainyardError } from '@trainyard/contracts';
import { type Database, StaleAttemptError, type UploadClaim } from '@trainyard/db';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Checksum } from './checksum.js';
import { type Counted, UPLOAD_LEASE_MS, UploadWriter } from './upload-writer.js';

const WAIT_MS = 1_000;
const LOOK_AGAIN_MS = 100;

export interface Piece {
  uploadId: string;
  /** Where it begins, in the upload. */
  offset: number;
  checksum: Checksum | null;
}

/**
 * Answers how many bytes the upload has then. Throws `upload_locked` while another request sends to it, `conflict` where
 * the offset is another, `payload_too_large` for more than the upload is to have, `checksum_mismatch` for bytes of which
 * none is kept.
 */
export async function receiveBytes(app: FastifyInstance, request: FastifyRequest, piece: Piece): Promise<Counted> {
  const { uploads } = app.db;
  const { claim, takenAt } = await takeSoon(uploads, request.principal.projectId, piece);
  try {
    return await append(app, request, claim, { ...piece, takenAt });
  } catch (error) {
    if (error instanceof StaleAttemptError) throw await endedOrTaken(app, request, claim);
    throw error;
  } finally {
    await uploads.release(claim).catch((err) => request.log.warn({ err }, 'an upload is held until its lease ends'));
  }
}

/** Waits a moment for a request whose connection has just broken, and which still counts what it brought. */
async function takeSoon(uploads: Database['uploads'], projectId: string, { uploadId, offset }: Piece) {
  const until = performance.now() + WAIT_MS;
  for (;;) {
    const takenAt = performance.now();
    try {
      return { claim: await uploads.take(projectId, uploadId, offset, UPLOAD_LEASE_MS), takenAt };
    } catch (error) {
      const isHeld = error instanceof TrainyardError && error.code === 'upload_locked';
      if (!isHeld || performance.now() > until) throw error;
    }
    await delay(LOOK_AGAIN_MS);
  }
}

async function append(
  app: FastifyInstance,
  request: FastifyRequest,
  claim: UploadClaim,
  { checksum, takenAt }: Piece & { takenAt: number },
): Promise<Counted> {
  refuseLonger(Number(request.headers['content-length'] ?? 0), claim.received, claim.length);
  if (claim.received === claim.length) return confirm(app, request, claim);
  const object = await open(app, request, claim);
  const { uploads } = app.db;
  const { lifetimeMs } = app.uploadRules;
  const writer = new UploadWriter({ uploads, claim, takenAt, object, lifetimeMs, isProvisional: checksum !== null });
  try {
    await pass(app, request, claim, { writer, checksum });
    if (checksum !== null && !checksum.matches()) throw mismatch(claim);
    const counted = await writer.finish();
    if (counted.received === claim.length) await app.store.finishAppend(claim.sourceKey, claim.length);
    return counted;
  } catch (error) {
    // Its bytes may have been removed before this request began to write.
    if (error instanceof StaleAttemptError && (await hasEnded(app, request, claim))) await object.discard();
    throw error;
  } finally {
    await writer.close();
  }
}

/** An upload whose bytes somebody has removed cannot go on, so it ends. */
async function open({ db, store }: FastifyInstance, request: FastifyRequest, claim: UploadClaim) {
  try {
    return await store.openAppend(claim.sourceKey, claim.received);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    await db.uploads.terminate(request.principal.projectId, claim.id);
    const detail = 'The bytes of this upload are lost. Begin another one.';
    throw new TrainyardError('not_found', detail, { cause: error });
  }
}

/** Takes no more bytes. It is finished here where that did not come to pass before. */
async function confirm(app: FastifyInstance, request: FastifyRequest, claim: UploadClaim): Promise<Counted> {
  const { sourceKey, received, length } = claim;
  for await (const chunk of bodyOf(request)) refuseLonger(chunk.byteLength, received, length);
  if (length > 0) await app.store.finishAppend(sourceKey, length);
  const times = { ...app.uploadRules, leaseMs: UPLOAD_LEASE_MS };
  return { received, expiresAt: await app.db.uploads.advance(claim, received, times) };
}

/** The connection stays when it is left early, so that the client can read why it was refused. */
function bodyOf({ raw }: FastifyRequest): AsyncIterable<Buffer> {
  return raw.iterator({ destroyOnReturn: false });
}

/** Hands the body on to the writer. What came before it broke off counts, unless there is a checksum of all of it. */
async function pass(
  app: FastifyInstance,
  request: FastifyRequest,
  claim: UploadClaim,
  { writer, checksum }: { writer: UploadWriter; checksum: Checksum | null },
): Promise<void> {
  let end = claim.received;
  try {
    for await (const chunk of bodyOf(request)) {
      if (app.closing.aborted) throw new TrainyardError('unavailable', 'The server is stopping. Go on in a moment.');
      refuseLonger(chunk.byteLength, end, claim.length);
      await writer.write(chunk);
      checksum?.update(chunk);
      end += chunk.byteLength;
    }
  } catch (error) {
    if (error instanceof StaleAttemptError) throw error;
    await writer.count().catch((err) => request.log.warn({ err }, 'the last bytes of an upload do not count'));
    throw brokenOff(error, request);
  }
}

function brokenOff(error: unknown, request: FastifyRequest): unknown {
  if (error instanceof TrainyardError || !hasBrokenOff(request)) return error;
  const detail = 'The request broke off. Ask HEAD for the offset and go on from there.';
  return new TrainyardError('bad_request', detail, { cause: error });
}

/** Whether the client went away before it had sent all of the body. */
export function hasBrokenOff({ raw }: FastifyRequest): boolean {
  return raw.destroyed && !raw.complete;
}

function refuseLonger(more: number, received: number, length: number): void {
  if (received + more <= length) return;
  const detail = `The upload has ${received} of ${length} bytes, so send at most ${length - received}.`;
  throw new TrainyardError('payload_too_large', detail);
}

function mismatch({ received }: UploadClaim): TrainyardError {
  const detail = `Nothing of the piece is kept. Send it again from Upload-Offset: ${received}.`;
  return new TrainyardError('checksum_mismatch', detail);
}

async function hasEnded(app: FastifyInstance, request: FastifyRequest, { id }: UploadClaim): Promise<boolean> {
  try {
    await app.db.uploads.get(request.principal.projectId, id);
    return false;
  } catch (error) {
    if (isNotFound(error)) return true;
    throw error;
  }
}

/** Throws `not_found` where the upload has ended. */
async function endedOrTaken(app: FastifyInstance, request: FastifyRequest, { id }: UploadClaim) {
  const { offset } = await app.db.uploads.get(request.principal.projectId, id);
  const detail = `Another request has gone on with this upload. It has ${offset} bytes: go on from there.`;
  return new TrainyardError('conflict', detail);
}

function isNotFound(error: unknown): boolean {
  return error instanceof TrainyardError && error.code === 'not_found';
}
