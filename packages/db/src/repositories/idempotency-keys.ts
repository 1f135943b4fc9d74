/**
 * Idempotency keys: which request has a key, what it made, and its answer. Whoever makes a resource binds it to the key
 * in the same transaction, so that a request that was cut off has either made it and said so, or made nothing.
 */
import { TrainyardError } from '@trainyard/contracts';
import type { Prisma, PrismaClient } from '../client.js';

/** How long a request keeps its key without a sign of life. */
const LEASE_S = 12;
const KEPT_S = 24 * 3600;

export interface IdempotencyRequest {
  projectId: string;
  key: string;
  /** Method and path. */
  route: string;
  /** SHA-256 of what was sent; null where that is known only once it has come in. */
  requestHash: string | null;
}

/** A request that has the key, and fences its writes with `attempt`. */
export interface IdempotencyClaim extends IdempotencyRequest {
  attempt: number;
}

export interface IdempotentAnswer {
  status: number;
  contentType: string;
  /** Null for an answer that must not be stored. */
  body: string | null;
}

interface KnownRequest {
  route: string;
  requestHash: string | null;
}

export type KeyState =
  /** The caller has the key now. `subjectId` is what an earlier request had made when it was cut off. */
  | { state: 'claimed'; claim: IdempotencyClaim; subjectId: string | null }
  | ({ state: 'running' } & KnownRequest)
  | ({ state: 'done'; subjectId: string | null; answer: IdempotentAnswer } & KnownRequest);

/**
 * Notes in the transaction that makes `subjectId` which request made it. Throws `idempotency_in_progress`, and so undoes
 * the transaction, where another request has taken the key over meanwhile. Without a claim it does nothing.
 */
export async function bindSubject(
  tx: Prisma.TransactionClient,
  claim: IdempotencyClaim | undefined,
  subjectId: string,
): Promise<void> {
  if (claim === undefined) return;
  const { count } = await tx.idempotencyKey.updateMany({
    where: heldBy(claim),
    data: { subjectId, requestHash: claim.requestHash },
  });
  if (count === 0) {
    const detail = 'Another request with this Idempotency-Key took over. Send it again for its answer.';
    throw new TrainyardError('idempotency_in_progress', detail);
  }
}

/** Takes back that `subjectId` was made, in the transaction that ends it: the key is free for another try. */
export async function unbindSubject(
  tx: Prisma.TransactionClient,
  claim: IdempotencyClaim | undefined,
  subjectId: string,
): Promise<void> {
  if (claim === undefined) return;
  await tx.idempotencyKey.updateMany({ where: { ...heldBy(claim), subjectId }, data: { subjectId: null } });
}

function heldBy({ projectId, key, attempt }: IdempotencyClaim) {
  return { projectId, key, attempt, state: 'in_progress' as const };
}

export function openIdempotencyKeys(client: PrismaClient) {
  const select = async ({ projectId, key }: IdempotencyRequest) => {
    const row = await client.idempotencyKey.findUnique({ where: { projectId_key: { projectId, key } } });
    return row === null || row.expiresAt <= new Date() ? null : row;
  };

  return {
    /**
     * Takes a key that is new, has expired, or was let go by a request that made nothing or is this very request sent
     * before; otherwise answers who has it. Null where the key changed hands meanwhile: look again.
     */
    async claim(request: IdempotencyRequest): Promise<KeyState | null> {
      const { projectId, key, route, requestHash } = request;
      const known = await select(request);
      if (known?.state === 'done') {
        const { responseStatus, responseType, responseBody, subjectId } = known;
        const answer = { status: responseStatus ?? 200, contentType: responseType ?? '', body: responseBody };
        return { state: 'done', route: known.route, requestHash: known.requestHash, subjectId, answer };
      }
      const [taken] = await client.$queryRaw<{ attempt: number; subjectId: string | null; hash: string | null }[]>`
        INSERT INTO idempotency_keys AS k (project_id, key, route, request_hash, lease_expires_at, expires_at)
        VALUES (${projectId}, ${key}, ${route}, ${requestHash}::text,
                now() + make_interval(secs => ${LEASE_S}::float8), now() + make_interval(secs => ${KEPT_S}::float8))
        ON CONFLICT (project_id, key) DO UPDATE SET
          attempt = k.attempt + 1,
          state = 'in_progress',
          route = EXCLUDED.route,
          request_hash = CASE WHEN k.expires_at <= now() OR k.subject_id IS NULL THEN EXCLUDED.request_hash
                              ELSE k.request_hash END,
          subject_id = CASE WHEN k.expires_at <= now() THEN NULL ELSE k.subject_id END,
          lease_expires_at = EXCLUDED.lease_expires_at,
          expires_at = EXCLUDED.expires_at
        WHERE k.lease_expires_at <= now() AND (
          k.expires_at <= now() OR (
            k.state = 'in_progress' AND (k.subject_id IS NULL OR (
              k.route = EXCLUDED.route
              AND (EXCLUDED.request_hash IS NULL OR k.request_hash = EXCLUDED.request_hash)))))
        RETURNING attempt, subject_id AS "subjectId", request_hash AS hash`;
      if (taken) {
        const claim = { ...request, requestHash: taken.hash, attempt: taken.attempt };
        return { state: 'claimed', claim, subjectId: taken.subjectId };
      }
      return known && { state: 'running', route: known.route, requestHash: known.requestHash };
    },

    /** Says that the request is still running. */
    async renew({ projectId, key, attempt }: IdempotencyClaim): Promise<void> {
      await client.$executeRaw`
        UPDATE idempotency_keys SET lease_expires_at = now() + make_interval(secs => ${LEASE_S}::float8)
        WHERE project_id = ${projectId} AND key = ${key} AND attempt = ${attempt} AND state = 'in_progress'`;
    },

    /** Keeps the answer for those who send the request again. */
    async complete(claim: IdempotencyClaim, { status, contentType, body }: IdempotentAnswer): Promise<void> {
      await client.idempotencyKey.updateMany({
        where: heldBy(claim),
        data: { state: 'done', responseStatus: status, responseType: contentType, responseBody: body },
      });
    },

    /** Lets go of a key: it is free where the request made nothing, and else left to whoever sends the request again. */
    async release(claim: IdempotencyClaim): Promise<void> {
      const { count } = await client.idempotencyKey.deleteMany({ where: { ...heldBy(claim), subjectId: null } });
      if (count > 0) return;
      const { projectId, key, attempt } = claim;
      await client.$executeRaw`
        UPDATE idempotency_keys SET lease_expires_at = now()
        WHERE project_id = ${projectId} AND key = ${key} AND attempt = ${attempt} AND state = 'in_progress'`;
    },

    /** Answers how many were removed. */
    removeExpired(): Promise<number> {
      return client.$executeRaw`DELETE FROM idempotency_keys WHERE expires_at <= now() AND lease_expires_at <= now()`;
    },
  };
}
