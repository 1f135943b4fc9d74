/** Endpoints: the rows are the API's, their status is set by the inference process that loads them. */
import { type Endpoint, type ErrorRecord, isId, type List, newId, TrainyardError } from '@trainyard/contracts';
import type { Prisma, PrismaClient } from '../client.js';
import { notFound, refuseTakenName } from '../errors.js';
import { toJson, toNullableJson } from '../json.js';
import { idOf, newestFirst, olderThan, type Page, toList } from '../pages.js';
import { type TrainedModel, toTrainedModel, trainedModelInclude } from '../trained-model.js';
import { jobOfCheckpoint, toEndpoint } from '../wire.js';
import { bindSubject, type IdempotencyClaim } from './idempotency-keys.js';

/** Exactly one of `checkpointId` and `jobId`; a job means its best checkpoint. */
export interface NewEndpoint {
  projectId: string;
  name: string;
  checkpointId?: string | undefined;
  jobId?: string | undefined;
  /** Of a request that came with an `Idempotency-Key`. */
  idempotency?: IdempotencyClaim | undefined;
}

/** An endpoint with what it takes to load it. */
export interface ServedEndpoint {
  endpoint: Endpoint;
  projectId: string;
  model: TrainedModel;
}

const servedInclude = { checkpoint: { include: trainedModelInclude } } satisfies Prisma.EndpointInclude;

export function openEndpoints(client: PrismaClient) {
  return {
    /** In status `starting`. Throws `not_found`, `name_taken`, or `conflict` where the job has no checkpoint yet. */
    create(endpoint: NewEndpoint): Promise<Endpoint> {
      const { projectId, name } = endpoint;
      const detail = `There is already an endpoint "${name}" in this project. Choose another name or delete that one.`;
      return refuseTakenName(detail, () =>
        client.$transaction(async (tx) => {
          const id = newId('endpoint');
          await bindSubject(tx, endpoint.idempotency, id);
          const checkpointId = await checkpointFor(tx, endpoint);
          const row = await tx.endpoint.create({
            data: { id, projectId, name, status: 'starting', checkpointId },
            include: jobOfCheckpoint,
          });
          return toEndpoint(row);
        }),
      );
    },

    async get(projectId: string, idOrName: string): Promise<Endpoint> {
      const row = await client.endpoint.findFirst({ where: named(projectId, idOrName), include: jobOfCheckpoint });
      if (!row) throw notFound('endpoint', idOrName);
      return toEndpoint(row);
    },

    async list(projectId: string, page: Page = {}): Promise<List<Endpoint>> {
      const where = { ...olderThan(page), projectId };
      const rows = await client.endpoint.findMany({ where, ...newestFirst(page), include: jobOfCheckpoint });
      return toList(rows, page, toEndpoint, idOf);
    },

    async remove(projectId: string, idOrName: string): Promise<void> {
      const { count } = await client.endpoint.deleteMany({ where: named(projectId, idOrName) });
      if (count === 0) throw notFound('endpoint', idOrName);
    },

    /** What it takes to answer for an endpoint. */
    async served(projectId: string, idOrName: string): Promise<ServedEndpoint> {
      const row = await client.endpoint.findFirst({ where: named(projectId, idOrName), include: servedInclude });
      if (!row) throw notFound('endpoint', idOrName);
      return toServed(row);
    },

    /** The endpoints of every project that wait to be loaded, the oldest first. */
    async starting(): Promise<ServedEndpoint[]> {
      const rows = await client.endpoint.findMany({
        where: { status: 'starting' },
        orderBy: { id: 'asc' },
        include: servedInclude,
      });
      return rows.map(toServed);
    },

    /** Those of the checkpoints that any endpoint serves. */
    async checkpointsInUse(checkpointIds: readonly string[]): Promise<string[]> {
      const where = { checkpointId: { in: [...checkpointIds] } };
      const rows = await client.endpoint.findMany({ where, distinct: 'checkpointId', select: { checkpointId: true } });
      return rows.map(({ checkpointId }) => checkpointId);
    },

    /** False when the endpoint is gone, or serves another checkpoint by now. */
    async setReady(id: string, checkpointId: string): Promise<boolean> {
      const { count } = await client.endpoint.updateMany({
        where: { id, checkpointId },
        data: { status: 'ready', error: toNullableJson(null) },
      });
      return count > 0;
    },

    /** False when the endpoint is gone, or serves another checkpoint by now. */
    async setFailed(id: string, checkpointId: string, error: ErrorRecord): Promise<boolean> {
      const { count } = await client.endpoint.updateMany({
        where: { id, checkpointId },
        data: { status: 'failed', error: toJson(error) },
      });
      return count > 0;
    },
  };
}

function named(projectId: string, idOrName: string): Prisma.EndpointWhereInput {
  return isId('endpoint', idOrName) ? { projectId, id: idOrName } : { projectId, name: idOrName };
}

function toServed(row: Prisma.EndpointGetPayload<{ include: typeof servedInclude }>): ServedEndpoint {
  return { endpoint: toEndpoint(row), projectId: row.projectId, model: toTrainedModel(row.checkpoint) };
}

async function checkpointFor(tx: Prisma.TransactionClient, { projectId, ...given }: NewEndpoint): Promise<string> {
  const jobId = given.jobId ?? (await jobOf(tx, projectId, given.checkpointId ?? ''));
  // The lock keeps the job's worker from pruning the checkpoint before this endpoint can be seen to serve it.
  const job = await tx.$queryRaw`SELECT id FROM jobs WHERE id = ${jobId} AND project_id = ${projectId} FOR SHARE`;
  if (!Array.isArray(job) || job.length === 0) throw notFound('job', jobId);
  const where = given.checkpointId ? { id: given.checkpointId } : { jobId, isBest: true };
  const checkpoint = await tx.checkpoint.findFirst({ where, select: { id: true } });
  if (checkpoint) return checkpoint.id;
  if (given.checkpointId) throw notFound('checkpoint', given.checkpointId);
  throw new TrainyardError('conflict', `The job ${jobId} has no checkpoint yet. Wait until its first epoch is done.`);
}

async function jobOf(tx: Prisma.TransactionClient, projectId: string, checkpointId: string): Promise<string> {
  const row = await tx.checkpoint.findFirst({ where: { id: checkpointId, projectId }, select: { jobId: true } });
  if (!row) throw notFound('checkpoint', checkpointId);
  return row.jobId;
}
