/** What a user changes of an endpoint. A checkpoint that comes to it takes requests only once it has been loaded. */
import { type EndpointRole, type EndpointSettings, isId, TrainyardError } from '@trainyard/contracts';
import type { Prisma, PrismaClient } from '../client.js';
import { type StoredEndpoint, toSettings } from '../endpoint-view.js';
import { notFound, refuseTakenName } from '../errors.js';
import { toJson, toNullableJson } from '../json.js';
import { type ServedCheckpoint, servedCheckpoint } from './served-checkpoint.js';

/** What is undefined stays as it is; null ends it. */
export interface EndpointChange {
  /** The checkpoint that was served when the change was looked at; `conflict` where it is another by now. */
  servedId?: string | undefined;
  name?: string | undefined;
  /** Where to move it. */
  checkpointId?: string | undefined;
  /** The other checkpoint beside the one that is served, with its share of the requests. */
  traffic?: { checkpointId: string; share: number } | null | undefined;
  shadow?: { checkpointId: string; share: number } | null | undefined;
  settings?: Partial<EndpointSettings> | undefined;
}

type Locked = Prisma.EndpointGetPayload<{ include: { uses: true } }>;
type Get = (projectId: string, idOrName: string) => Promise<StoredEndpoint>;

export function endpointChanges(client: PrismaClient, get: Get) {
  return {
    /** The checkpoint that a request names, or the best one of the job that it names. */
    checkpointFor(projectId: string, given: ServedCheckpoint): Promise<string> {
      return client.$transaction((tx) => servedCheckpoint(tx, projectId, given));
    },

    /**
     * Throws `not_found`, `name_taken`, and `conflict` where the endpoint serves another checkpoint than `servedId`, or
     * the traffic is to be split of one that is not ready or moves.
     */
    async update(projectId: string, idOrName: string, change: EndpointChange): Promise<StoredEndpoint> {
      const id = await refuseTakenName(takenName(change.name ?? ''), () =>
        client.$transaction(async (tx) => {
          const row = await lockEndpoint(tx, projectId, idOrName);
          await applyChange(tx, row, change);
          return row.id;
        }),
      );
      return get(projectId, id);
    },
  };
}

export function namedEndpoint(projectId: string, idOrName: string): Prisma.EndpointWhereInput {
  return isId('endpoint', idOrName) ? { projectId, id: idOrName } : { projectId, name: idOrName };
}

export function takenName(name: string): string {
  return `There is already an endpoint "${name}" in this project. Choose another name or delete that one.`;
}

async function lockEndpoint(tx: Prisma.TransactionClient, projectId: string, idOrName: string): Promise<Locked> {
  const found = await tx.endpoint.findFirst({ where: namedEndpoint(projectId, idOrName), select: { id: true } });
  if (!found) throw notFound('endpoint', idOrName);
  await tx.$queryRaw`SELECT id FROM endpoints WHERE id = ${found.id} FOR UPDATE`;
  const row = await tx.endpoint.findUnique({ where: { id: found.id }, include: { uses: true } });
  if (!row) throw notFound('endpoint', idOrName);
  return row;
}

async function applyChange(tx: Prisma.TransactionClient, row: Locked, change: EndpointChange): Promise<void> {
  const { servedId = row.checkpointId, name, checkpointId, traffic, shadow, settings } = change;
  if (servedId !== row.checkpointId) {
    throw new TrainyardError('conflict', `The endpoint has moved to ${row.checkpointId} meanwhile. Send it again.`);
  }
  const data: Prisma.EndpointUncheckedUpdateInput = {
    ...(name === undefined ? {} : { name }),
    ...(settings === undefined ? {} : { settings: toJson({ ...toSettings(row.settings), ...settings }) }),
    ...(checkpointId === undefined ? {} : await moveTo(tx, row, checkpointId)),
  };
  if (traffic !== undefined) {
    if (traffic !== null) refuseSplit(row);
    await putUse(tx, row, 'traffic', traffic);
  }
  if (shadow !== undefined) await putUse(tx, row, 'shadow', shadow);
  // Written even where nothing of the row itself changes: what serves it looks at its revision alone.
  await tx.endpoint.update({ where: { id: row.id }, data: { ...data, updatedAt: new Date() } });
}

/** One that serves nothing yet starts with the other checkpoint; any other goes on with its own until that is loaded. */
async function moveTo(
  tx: Prisma.TransactionClient,
  row: Locked,
  checkpointId: string,
): Promise<Prisma.EndpointUncheckedUpdateInput> {
  await servedCheckpoint(tx, row.projectId, { checkpointId });
  if (row.status === 'starting' || row.status === 'failed') {
    await tx.endpointUse.deleteMany({ where: { endpointId: row.id } });
    return { checkpointId, status: 'starting', error: toNullableJson(null), batchExact: null };
  }
  await putUse(tx, row, 'move', row.checkpointId === checkpointId ? null : { checkpointId, share: null });
  return {};
}

function refuseSplit({ status, uses }: Locked): void {
  if (status === 'starting' || status === 'failed') {
    throw new TrainyardError('conflict', `The endpoint is ${status}. Its traffic can be split once it is ready.`);
  }
  if (uses.some(({ role }) => role === 'move')) {
    throw new TrainyardError(
      'conflict',
      'The endpoint is moving to another checkpoint. Wait until `moving_to` is null.',
    );
  }
}

/** The same checkpoint in the same role stays loaded. */
async function putUse(
  tx: Prisma.TransactionClient,
  row: Locked,
  role: EndpointRole,
  use: { checkpointId: string; share: number | null } | null,
): Promise<void> {
  const earlier = row.uses.find((other) => other.role === role);
  if (use !== null && use.checkpointId === earlier?.checkpointId) {
    await tx.endpointUse.update({
      where: { endpointId_role: { endpointId: row.id, role } },
      data: { share: use.share },
    });
    return;
  }
  await tx.endpointUse.deleteMany({ where: { endpointId: row.id, role } });
  if (use === null) return;
  await servedCheckpoint(tx, row.projectId, { checkpointId: use.checkpointId });
  await tx.endpointUse.create({ data: { endpointId: row.id, role, ...use } });
}
