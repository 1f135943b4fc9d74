/** Analyses of trained models: how the API asks for one, and how a worker takes it, reports on it and ends it. */
import { createHash } from 'node:crypto';
import {
  ANALYSIS_KINDS,
  type AnalysisKind,
  type AnalysisStatus,
  type ErrorRecord,
  type List,
  newId,
  TrainyardError,
} from '@trainyard/contracts';
import { Prisma, type PrismaClient } from '../client.js';
import { type Fence, notFound, StaleAttemptError } from '../errors.js';
import { fromJson, toJson } from '../json.js';
import { idOf, newestFirst, olderThan, type Page, toList } from '../pages.js';
import { bindSubject, type IdempotencyClaim } from './idempotency-keys.js';
import { enqueue } from './outbox.js';

export interface NewAnalysis {
  projectId: string;
  kind: AnalysisKind;
  /** What is asked for, every default filled in: equal requests of a project are one analysis. */
  request: unknown;
  /** An equal one that was asked for longer ago does not count; left out, each does. */
  maxAgeMs?: number;
  /** It goes with this job. */
  jobId?: string;
  checkpointId?: string;
  datasetId?: string;
  /** Of a request that came with an `Idempotency-Key`. */
  idempotency?: IdempotencyClaim | undefined;
}

export interface Analysis {
  id: string;
  projectId: string;
  kind: AnalysisKind;
  status: AnalysisStatus;
  request: unknown;
  jobId: string | null;
  checkpointId: string | null;
  datasetId: string | null;
  /** Between 0 and 1; null before anything was reported. */
  progress: number | null;
  error: ErrorRecord | null;
  createdAt: Date;
  endedAt: Date | null;
}

/** An analysis that a worker has taken. */
export interface AnalysisClaim extends Fence {
  projectId: string;
  kind: AnalysisKind;
  request: unknown;
}

export interface AnalysisFilter extends Page {
  kind: AnalysisKind;
  jobId?: string;
  checkpointId?: string;
}

/** One that loses its worker this often fails for good. */
const ATTEMPTS_MAX = 3;

export function openAnalyses(client: PrismaClient) {
  return {
    /**
     * The analysis of this project that was asked for with an equal request and has not failed, or a new one, queued. The
     * lock keeps two requests at once from making two.
     */
    request(asked: NewAnalysis): Promise<Analysis> {
      const { projectId, kind, request, jobId, checkpointId, datasetId } = asked;
      const requestHash = hashOf(asked);
      return client.$transaction(async (tx) => {
        await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`${projectId} ${requestHash}`}, 0))`;
        const found = await tx.analysis.findFirst({
          where: { projectId, requestHash, kind, status: { not: 'failed' }, ...youngerThan(asked.maxAgeMs) },
          orderBy: { id: 'desc' },
        });
        const id = found?.id ?? newId(kind);
        await bindSubject(tx, asked.idempotency, id);
        if (found) return toAnalysis(found);
        const row = await tx.analysis.create({
          data: {
            id,
            projectId,
            kind,
            requestHash,
            request: toJson(request),
            jobId: jobId ?? null,
            checkpointId: checkpointId ?? null,
            datasetId: datasetId ?? null,
          },
        });
        await enqueue(tx, 'analysis', id, { analysis_id: id });
        return toAnalysis(row);
      });
    },

    /** The newest that has succeeded with an equal request; null where there is none. */
    async findSucceeded(
      asked: Pick<NewAnalysis, 'projectId' | 'kind' | 'request' | 'maxAgeMs'>,
    ): Promise<Analysis | null> {
      const { projectId, kind, maxAgeMs } = asked;
      const row = await client.analysis.findFirst({
        where: { projectId, requestHash: hashOf(asked), kind, status: 'succeeded', ...youngerThan(maxAgeMs) },
        orderBy: { id: 'desc' },
      });
      return row && toAnalysis(row);
    },

    async get(projectId: string, id: string): Promise<Analysis> {
      const row = await client.analysis.findFirst({ where: { id, projectId } });
      if (!row) throw notFound('analysis', id);
      return toAnalysis(row);
    },

    async list(projectId: string, filter: AnalysisFilter): Promise<List<Analysis>> {
      const { kind, jobId, checkpointId } = filter;
      const where = {
        ...olderThan(filter),
        projectId,
        kind,
        ...(jobId === undefined ? {} : { jobId }),
        ...(checkpointId === undefined ? {} : { checkpointId }),
      };
      return toList(await client.analysis.findMany({ where, ...newestFirst(filter) }), filter, toAnalysis, idOf);
    },

    /** Takes an analysis that waits, for `leaseMs`. Null when it does not wait. */
    async claim(id: string, options: { workerId: string; leaseMs: number }): Promise<AnalysisClaim | null> {
      const taken = await client.$executeRaw`
        UPDATE analyses SET status = 'running', attempt = attempt + 1, worker_id = ${options.workerId}, progress = NULL,
          started_at = now(), lease_expires_at = clock_timestamp() + make_interval(secs => ${options.leaseMs / 1000}::float8)
        WHERE id = ${id} AND status = 'queued'`;
      if (taken === 0) return null;
      const { attempt, projectId, kind, request } = await client.analysis.findUniqueOrThrow({ where: { id } });
      return { id, attempt, projectId, kind: kindOf(kind), request };
    },

    /** Heartbeat: holds the analysis for another `leaseMs`. */
    async renewLease(fence: Fence, leaseMs: number): Promise<void> {
      const renewed = await client.$executeRaw`
        UPDATE analyses SET lease_expires_at = clock_timestamp() + make_interval(secs => ${leaseMs / 1000}::float8)
        WHERE id = ${fence.id} AND attempt = ${fence.attempt} AND status = 'running'`;
      if (renewed === 0) throw new StaleAttemptError(fence);
    },

    setProgress(fence: Fence, progress: number): Promise<void> {
      return writeHeld(client, fence, { progress });
    },

    /** Its files are written. */
    succeed(fence: Fence): Promise<void> {
      return writeHeld(client, fence, { status: 'succeeded', progress: 1, endedAt: new Date(), ...FREE });
    },

    fail(fence: Fence, error: ErrorRecord): Promise<void> {
      return writeHeld(client, fence, { status: 'failed', error: toJson(error), endedAt: new Date(), ...FREE });
    },

    /** Gives it back, for example when the worker is told to stop; another worker takes it. */
    release(fence: Fence): Promise<void> {
      return client.$transaction((tx) => putBack(tx, fence));
    },

    /**
     * Puts the analyses back whose worker has let its lease run out; one that has lost too many workers fails. Answers
     * their ids.
     */
    async requeueExpired(): Promise<string[]> {
      const expired = await client.$queryRaw<Fence[]>`SELECT id, attempt FROM analyses WHERE ${IS_LOST}`;
      const done: string[] = [];
      for (const fence of expired) if (await giveUpOn(client, fence)) done.push(fence.id);
      return done;
    },
  };
}

const FREE = { workerId: null, leaseExpiresAt: null };
const IS_LOST = Prisma.sql`status = 'running' AND lease_expires_at < clock_timestamp()`;

function giveUpOn(client: PrismaClient, fence: Fence): Promise<boolean> {
  return client.$transaction(async (tx) => {
    const late = await tx.$queryRaw<unknown[]>`
      SELECT id FROM analyses WHERE id = ${fence.id} AND attempt = ${fence.attempt} AND ${IS_LOST} FOR UPDATE`;
    if (late.length === 0) return false;
    if (fence.attempt < ATTEMPTS_MAX) await putBack(tx, fence);
    else await writeHeld(tx, fence, { status: 'failed', error: toJson(LOST), endedAt: new Date(), ...FREE });
    return true;
  });
}

const LOST: ErrorRecord = {
  code: 'worker_lost',
  message: 'Its worker went away, the last of several. Ask for it again, or give the worker more memory.',
};

async function putBack(tx: Prisma.TransactionClient, fence: Fence): Promise<void> {
  await writeHeld(tx, fence, { status: 'queued', ...FREE });
  await enqueue(tx, 'analysis', fence.id, { analysis_id: fence.id });
}

async function writeHeld(
  client: Prisma.TransactionClient,
  { id, attempt }: Fence,
  data: Prisma.AnalysisUpdateManyMutationInput,
): Promise<void> {
  const { count } = await client.analysis.updateMany({ where: { id, attempt, status: 'running' }, data });
  if (count === 0) throw new StaleAttemptError({ id, attempt });
}

function toAnalysis(row: Prisma.AnalysisGetPayload<object>): Analysis {
  const { id, projectId, kind, status, request, jobId, checkpointId, datasetId, progress, createdAt, endedAt } = row;
  const error = fromJson<ErrorRecord | null>(row.error);
  return {
    ...{ id, projectId, kind: kindOf(kind), status, request, jobId, checkpointId, datasetId },
    ...{ progress, error, createdAt, endedAt },
  };
}

function kindOf(kind: string): AnalysisKind {
  const known = ANALYSIS_KINDS.find((each) => each === kind);
  if (known) return known;
  throw new TrainyardError('internal', `The analysis is of a kind that this version does not know: ${kind}.`);
}

function hashOf({ kind, request }: Pick<NewAnalysis, 'kind' | 'request'>): string {
  return createHash('sha256')
    .update(`${kind} ${canonical(request)}`)
    .digest('hex');
}

function youngerThan(maxAgeMs: number | undefined): Prisma.AnalysisWhereInput {
  return maxAgeMs === undefined ? {} : { createdAt: { gte: new Date(Date.now() - maxAgeMs) } };
}

/** JSON with the fields of each object in one order, so that equal requests have equal texts. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
