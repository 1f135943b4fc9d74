/**
 * Resumable uploads. `received` is what counts: it is raised only after the bytes survive a power cut. A request that
 * sends bytes holds the upload under a lease, and its writes carry the attempt that `take` gave out.
 */
import { type CreateDataset, type Dataset, type List, newId, TrainyardError, type Upload } from '@trainyard/contracts';
import { Prisma, type PrismaClient } from '../client.js';
import { type Fence, notFound, StaleAttemptError } from '../errors.js';
import { idOf, newestFirst, olderThan, type Page, toList } from '../pages.js';
import { toDataset } from '../wire.js';
import { announceDataset, insertDataset } from './dataset-rows.js';
import { bindSubject, type IdempotencyClaim, unbindSubject } from './idempotency-keys.js';

type UploadRow = Prisma.UploadGetPayload<object>;

export interface NewUpload {
  projectId: string;
  /** The id of the data set that it will be. */
  datasetId: string;
  /** Where its bytes are to be. */
  sourceKey: string;
  length: number;
  metadata: string | null;
  /** How long it is kept without another byte. */
  lifetimeMs: number;
  /** How many a project may have that no data set was made of. */
  openMax: number;
  idempotency?: IdempotencyClaim | undefined;
}

/** An upload whose bytes a request may send. */
export interface UploadClaim extends Fence {
  sourceKey: string;
  length: number;
  received: number;
}

/** An upload whose time is over. Where no data set was made of it, its bytes are to be removed. */
export interface ExpiredUpload {
  id: string;
  sourceKey: string;
  isUsed: boolean;
}

export interface UploadUse extends CreateDataset {
  projectId: string;
  parentId?: string | undefined;
  idempotency?: IdempotencyClaim | undefined;
}

const EXPIRED_MAX = 100;

const isLive = Prisma.sql`expires_at > clock_timestamp()`;
const endOf = (ms: number) => Prisma.sql`clock_timestamp() + make_interval(secs => ${ms / 1000}::float8)`;

export function openUploads(client: PrismaClient) {
  const find = async (projectId: string, id: string): Promise<UploadRow> => {
    const row = await client.upload.findFirst({ where: { id, projectId, expiresAt: { gt: new Date() } } });
    if (!row) throw notFound('upload', id);
    return row;
  };

  return {
    /** Throws `overloaded` where the project has as many as it may have. */
    create(upload: NewUpload): Promise<Upload> {
      const { projectId, openMax, lifetimeMs, idempotency, length, ...data } = upload;
      const id = newId('upload');
      return client.$transaction(async (tx) => {
        await bindSubject(tx, idempotency, id);
        // One at a time, so that two cannot both be the last.
        await tx.$queryRaw`SELECT id FROM projects WHERE id = ${projectId} FOR NO KEY UPDATE`;
        const now = new Date();
        const open = await tx.upload.count({ where: { projectId, usedAt: null, expiresAt: { gt: now } } });
        if (open >= openMax) throw tooMany(openMax);
        const expiresAt = new Date(now.getTime() + lifetimeMs);
        return toUpload(
          await tx.upload.create({ data: { ...data, id, projectId, length: BigInt(length), expiresAt } }),
        );
      });
    },

    async get(projectId: string, id: string): Promise<Upload> {
      return toUpload(await find(projectId, id));
    },

    async list(projectId: string, page: Page = {}): Promise<List<Upload>> {
      const where = { ...olderThan(page), projectId, expiresAt: { gt: new Date() } };
      return toList(await client.upload.findMany({ where, ...newestFirst(page) }), page, toUpload, idOf);
    },

    /**
     * Takes an upload for `leaseMs`, to go on at `offset`. Throws `upload_locked` while another request holds it, and
     * `conflict` where it is not that far, or further.
     */
    async take(projectId: string, id: string, offset: number, leaseMs: number): Promise<UploadClaim> {
      const row = await find(projectId, id);
      const taken = await client.$executeRaw`
        UPDATE uploads SET attempt = attempt + 1, lease_expires_at = ${endOf(leaseMs)}
        WHERE id = ${id} AND attempt = ${row.attempt} AND received = ${offset}::bigint AND used_at IS NULL AND ${isLive}
          AND (lease_expires_at IS NULL OR lease_expires_at <= clock_timestamp())`;
      const { sourceKey, attempt, length, received } = row;
      if (taken > 0) return { id, attempt: attempt + 1, sourceKey, length: Number(length), received: Number(received) };
      if (Number(received) !== offset) throw elsewhere(offset, Number(received));
      if (row.usedAt !== null) throw used(row);
      throw new TrainyardError(
        'upload_locked',
        'Another request sends bytes to this upload. Wait a moment, ask HEAD for its offset and go on from there.',
      );
    },

    /** Says how many bytes are safe by now, and that more come. Answers until when it is kept. */
    async advance(claim: Fence, received: number, times: { leaseMs: number; lifetimeMs: number }): Promise<Date> {
      const [row] = await client.$queryRaw<{ expiresAt: Date }[]>`
        UPDATE uploads SET received = ${received}::bigint, lease_expires_at = ${endOf(times.leaseMs)},
          expires_at = ${endOf(times.lifetimeMs)}
        WHERE id = ${claim.id} AND attempt = ${claim.attempt} AND used_at IS NULL AND ${isLive}
        RETURNING expires_at AS "expiresAt"`;
      if (!row) throw new StaleAttemptError(claim);
      return row.expiresAt;
    },

    /** Lets another request go on at once. */
    async release({ id, attempt }: Fence): Promise<void> {
      await client.upload.updateMany({ where: { id, attempt }, data: { leaseExpiresAt: null } });
    },

    /** Where the bytes of an upload are that is whole and that no data set was made of. Throws `conflict` otherwise. */
    async usable(projectId: string, id: string): Promise<{ sourceKey: string; length: number }> {
      const row = await find(projectId, id);
      refuseUnusable(row);
      return { sourceKey: row.sourceKey, length: Number(row.length) };
    },

    /** Makes a data set of an upload, once. Its bytes are that one's from then on. Throws as `usable` and `datasets.create`. */
    async use(id: string, { projectId, parentId, idempotency, ...fields }: UploadUse): Promise<Dataset> {
      const dataset = await client.$transaction(async (tx) => {
        // By the clock of those who remove what has expired.
        const live = await tx.$queryRaw<unknown[]>`
          SELECT id FROM uploads WHERE id = ${id} AND project_id = ${projectId} AND ${isLive} FOR UPDATE`;
        if (live.length === 0) throw notFound('upload', id);
        const row = await tx.upload.findUniqueOrThrow({ where: { id } });
        refuseUnusable(row);
        const { datasetId, sourceKey } = row;
        await insertDataset(tx, { ...fields, id: datasetId, projectId, parentId, sourceKey });
        await tx.upload.update({ where: { id }, data: { usedAt: new Date() } });
        return announceDataset(tx, datasetId, { bytes: Number(row.length), idempotency });
      });
      return toDataset(dataset);
    },

    /**
     * Ends an upload: nobody sees it any more and what is still sent to it is refused. Answers what is to be removed before
     * it is forgotten. With a claim, its key is free again.
     */
    terminate(projectId: string, id: string, idempotency?: IdempotencyClaim): Promise<ExpiredUpload> {
      return client.$transaction(async (tx) => {
        await unbindSubject(tx, idempotency, id);
        const [row] = await tx.$queryRaw<ExpiredUpload[]>`
          UPDATE uploads SET expires_at = to_timestamp(0), attempt = attempt + 1, lease_expires_at = NULL
          WHERE id = ${id} AND project_id = ${projectId} AND ${isLive}
          RETURNING id, source_key AS "sourceKey", used_at IS NOT NULL AS "isUsed"`;
        if (!row) throw notFound('upload', id);
        return row;
      });
    },

    /** Uploads whose time is over, some at a time. */
    async expired(): Promise<ExpiredUpload[]> {
      return client.$queryRaw<ExpiredUpload[]>`
        SELECT id, source_key AS "sourceKey", used_at IS NOT NULL AS "isUsed" FROM uploads
        WHERE NOT (${isLive}) ORDER BY expires_at LIMIT ${EXPIRED_MAX}::int`;
    },

    /** Forgets an upload whose time is over. */
    async forget(id: string): Promise<void> {
      await client.$executeRaw`DELETE FROM uploads WHERE id = ${id} AND NOT (${isLive})`;
    },
  };
}

function toUpload(row: UploadRow): Upload {
  const isWhole = row.received === row.length;
  return {
    id: row.id,
    object: 'upload',
    status: row.usedAt !== null ? 'used' : isWhole ? 'complete' : 'open',
    length: Number(row.length),
    offset: Number(row.received),
    metadata: row.metadata,
    dataset_id: row.usedAt === null ? null : row.datasetId,
    created_at: row.createdAt.toISOString(),
    expires_at: row.expiresAt.toISOString(),
  };
}

function refuseUnusable(row: UploadRow): void {
  if (row.usedAt !== null) throw used(row);
  if (row.received === row.length) return;
  const detail = `The upload ${row.id} has ${row.received} of its ${row.length} bytes. Send the rest first.`;
  throw new TrainyardError('conflict', detail);
}

function used({ id, datasetId }: UploadRow): TrainyardError {
  const detail = `The data set ${datasetId} was made of the upload ${id}. An upload becomes one data set: use that, or upload again.`;
  return new TrainyardError('conflict', detail);
}

function elsewhere(offset: number, received: number): TrainyardError {
  const detail = `The upload has ${received} bytes, so go on at Upload-Offset: ${received}; received ${offset}.`;
  return new TrainyardError('conflict', detail);
}

function tooMany(openMax: number): TrainyardError {
  const detail = `The project has ${openMax} uploads that no data set was made of. Finish or DELETE some: GET /v1/uploads lists them.`;
  return new TrainyardError('overloaded', detail);
}
