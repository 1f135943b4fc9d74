/** What the inference servers write of endpoints: which are ready or failed, and what came of a checkpoint they loaded. */
import type { EndpointMove, EndpointRole, ErrorRecord } from '@trainyard/contracts';
import type { PrismaClient } from '../client.js';
import { toJson, toNullableJson } from '../json.js';

/** A checkpoint that an endpoint was given in a role; what has been replaced since is let be. */
export interface UseFence {
  endpointId: string;
  role: EndpointRole;
  checkpointId: string;
}

export function endpointMoves(client: PrismaClient) {
  return {
    /** False when the endpoint is gone, or serves another checkpoint by now. */
    async setReady(id: string, checkpointId: string, batchExact: boolean): Promise<boolean> {
      const { count } = await client.endpoint.updateMany({
        where: { id, checkpointId },
        data: { status: 'ready', error: toNullableJson(null), batchExact },
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

    /**
     * From now on the endpoint serves the checkpoint that it was moving to; a split of its traffic is over. False where it
     * does not move there any more, or another server was first.
     */
    completeMove(endpointId: string, checkpointId: string, batchExact: boolean): Promise<boolean> {
      return client.$transaction(async (tx) => {
        await tx.$queryRaw`SELECT id FROM endpoints WHERE id = ${endpointId} FOR UPDATE`;
        const { count } = await tx.endpointUse.deleteMany({ where: { endpointId, checkpointId, role: 'move' } });
        if (count === 0) return false;
        await tx.endpointUse.deleteMany({
          where: { endpointId, OR: [{ role: 'traffic' }, { role: 'shadow', checkpointId }] },
        });
        const lastMove = toJson(moved(checkpointId, 'move', null));
        const data = { checkpointId, batchExact, lastMove, status: 'ready' as const, error: toNullableJson(null) };
        await tx.endpoint.update({ where: { id: endpointId }, data });
        return true;
      });
    },

    /** A checkpoint for a part of the traffic or for the shadow has been loaded. */
    useReady({ endpointId, role, checkpointId }: UseFence): Promise<boolean> {
      return client.$transaction(async (tx) => {
        await tx.$queryRaw`SELECT id FROM endpoints WHERE id = ${endpointId} FOR UPDATE`;
        const where = { endpointId, role, checkpointId, ready: false };
        const { count } = await tx.endpointUse.updateMany({ where, data: { ready: true } });
        if (count === 0) return false;
        await tx.endpoint.update({
          where: { id: endpointId },
          data: { lastMove: toJson(moved(checkpointId, role, null)) },
        });
        return true;
      });
    },

    /** A checkpoint could not be loaded: the endpoint goes on without it, and says why. */
    useFailed({ endpointId, role, checkpointId }: UseFence, error: ErrorRecord): Promise<boolean> {
      return client.$transaction(async (tx) => {
        await tx.$queryRaw`SELECT id FROM endpoints WHERE id = ${endpointId} FOR UPDATE`;
        const { count } = await tx.endpointUse.deleteMany({ where: { endpointId, role, checkpointId } });
        if (count === 0) return false;
        await tx.endpoint.update({
          where: { id: endpointId },
          data: { lastMove: toJson(moved(checkpointId, role, error)) },
        });
        return true;
      });
    },
  };
}

function moved(checkpointId: string, role: EndpointRole, error: ErrorRecord | null): EndpointMove {
  return { checkpoint_id: checkpointId, role, error, ended_at: new Date().toISOString() };
}
