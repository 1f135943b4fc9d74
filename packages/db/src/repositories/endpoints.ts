/** Endpoints: the rows are the API's, their status is set by the inference process that loads them. */
import {
  type Endpoint,
  type EndpointRole,
  type EndpointSettings,
  type ErrorRecord,
  type List,
  newId,
} from '@trainyard/contracts';
import type { Prisma, PrismaClient } from '../client.js';
import { type StoredEndpoint, showEndpoints, shownInclude, toSettings } from '../endpoint-view.js';
import { notFound, refuseTakenName } from '../errors.js';
import { fromJson, toJson } from '../json.js';
import { idOf, newestFirst, olderThan, type Page, toList } from '../pages.js';
import { type TrainedModel, toTrainedModel, trainedModelInclude } from '../trained-model.js';
import { endpointChanges, namedEndpoint, takenName } from './endpoint-changes.js';
import { endpointMoves } from './endpoint-moves.js';
import { endpointStatistics } from './endpoint-statistics.js';
import { bindSubject, type IdempotencyClaim } from './idempotency-keys.js';
import { type ServedCheckpoint, servedCheckpoint } from './served-checkpoint.js';

/** Exactly one of `checkpointId` and `jobId`; a job means its best checkpoint. */
export interface NewEndpoint extends ServedCheckpoint {
  projectId: string;
  name: string;
  settings?: Partial<EndpointSettings> | undefined;
  /** Of a request that came with an `Idempotency-Key`. */
  idempotency?: IdempotencyClaim | undefined;
}

/** A checkpoint that an endpoint has beside the one that it serves. */
export interface EndpointUse {
  role: EndpointRole;
  /** Of the requests; null of a move. */
  share: number | null;
  /** Whether some server has loaded it. */
  isReady: boolean;
  model: TrainedModel;
}

/** An endpoint with what it takes to answer for it. */
export interface ServedEndpoint {
  endpoint: Pick<Endpoint, 'id' | 'name' | 'status' | 'error'>;
  projectId: string;
  settings: EndpointSettings;
  /** Larger after each change. */
  revision: bigint;
  model: TrainedModel;
  uses: EndpointUse[];
}

/** Another whenever an endpoint came, went or was changed. */
export interface EndpointsState {
  fingerprint: string;
  /** Checkpoints that are to be loaded. */
  pending: number;
}

const servedInclude = {
  checkpoint: { include: trainedModelInclude },
  uses: { include: { checkpoint: { include: trainedModelInclude } } },
} satisfies Prisma.EndpointInclude;

/**
 * A row and its uses are two queries: without a transaction of this kind a move could be over in the one and not in the
 * other. A list of one query is no transaction to Prisma; a function is.
 */
const AT_ONE_TIME = { isolationLevel: 'RepeatableRead' } as const;

export function openEndpoints(client: PrismaClient) {
  async function get(projectId: string, idOrName: string): Promise<StoredEndpoint> {
    const where = namedEndpoint(projectId, idOrName);
    const row = await client.$transaction((tx) => tx.endpoint.findFirst({ where, include: shownInclude }), AT_ONE_TIME);
    if (!row) throw notFound('endpoint', idOrName);
    const [endpoint] = await showEndpoints(client, [row]);
    return endpoint;
  }

  return {
    ...endpointChanges(client, get),
    ...endpointMoves(client),
    ...endpointStatistics(client),
    get,

    /** In status `starting`. Throws `not_found`, `name_taken`, or `conflict` where the job has no checkpoint yet. */
    async create({ projectId, name, settings, idempotency, ...given }: NewEndpoint): Promise<StoredEndpoint> {
      const id = newId('endpoint');
      await refuseTakenName(takenName(name), () =>
        client.$transaction(async (tx) => {
          await bindSubject(tx, idempotency, id);
          const checkpointId = await servedCheckpoint(tx, projectId, given);
          const data = { id, projectId, name, status: 'starting' as const, checkpointId };
          await tx.endpoint.create({ data: { ...data, settings: toJson(settings ?? {}) } });
        }),
      );
      return get(projectId, id);
    },

    async list(projectId: string, page: Page = {}): Promise<List<StoredEndpoint>> {
      const where = { ...olderThan(page), projectId };
      const rows = await client.$transaction(
        (tx) => tx.endpoint.findMany({ where, ...newestFirst(page), include: shownInclude }),
        AT_ONE_TIME,
      );
      const list = toList(rows, page, (row) => row, idOf);
      return { ...list, data: await showEndpoints(client, list.data) };
    },

    async remove(projectId: string, idOrName: string): Promise<void> {
      const { count } = await client.endpoint.deleteMany({ where: namedEndpoint(projectId, idOrName) });
      if (count === 0) throw notFound('endpoint', idOrName);
    },

    /** What it takes to answer for an endpoint. */
    async served(projectId: string, idOrName: string): Promise<ServedEndpoint> {
      const row = await client.endpoint.findFirst({
        where: namedEndpoint(projectId, idOrName),
        include: servedInclude,
      });
      if (!row) throw notFound('endpoint', idOrName);
      return toServed(row);
    },

    /** Of those that are still there, in no order. */
    async servedById(ids: readonly string[]): Promise<ServedEndpoint[]> {
      if (ids.length === 0) return [];
      const rows = await client.endpoint.findMany({ where: { id: { in: [...ids] } }, include: servedInclude });
      return rows.map(toServed);
    },

    /** The endpoints of every project with a checkpoint that waits to be loaded, the oldest first. */
    async pending(): Promise<ServedEndpoint[]> {
      const rows = await client.endpoint.findMany({
        where: { OR: [{ status: 'starting' }, { uses: { some: { ready: false } } }] },
        orderBy: { id: 'asc' },
        include: servedInclude,
      });
      return rows.map(toServed);
    },

    /**
     * Whether anything has changed, for one cheap query. A row that changes gets a revision larger than all before, so
     * with an equal number of rows the sum grows.
     */
    async state(): Promise<EndpointsState> {
      const [row] = await client.$queryRaw<{ fingerprint: string; pending: number }[]>`
        SELECT (SELECT concat_ws('-', count(*), sum(revision)) FROM endpoints) AS fingerprint,
          ((SELECT count(*) FROM endpoints WHERE status = 'starting')
            + (SELECT count(*) FROM endpoint_uses WHERE NOT ready))::int AS pending`;
      return row;
    },

    /** The revisions of those that are still there, by id. */
    async revisions(ids: readonly string[]): Promise<Map<string, bigint>> {
      const rows = await client.endpoint.findMany({
        where: { id: { in: [...ids] } },
        select: { id: true, revision: true },
      });
      return new Map(rows.map(({ id, revision }) => [id, revision]));
    },
  };
}

function toServed(row: Prisma.EndpointGetPayload<{ include: typeof servedInclude }>): ServedEndpoint {
  const { id, name, status, projectId, revision, checkpoint, uses } = row;
  return {
    endpoint: { id, name, status, error: fromJson<ErrorRecord | null>(row.error) },
    projectId,
    settings: toSettings(row.settings),
    revision,
    model: toTrainedModel(checkpoint),
    uses: uses.map((use) => ({
      role: use.role,
      share: use.share,
      isReady: use.ready,
      model: toTrainedModel(use.checkpoint),
    })),
  };
}
