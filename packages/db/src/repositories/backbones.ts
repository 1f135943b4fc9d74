/** Uploaded ONNX backbones. */
import { type Backbone, ENDED_JOB_STATUSES, type List, TrainyardError } from '@trainyard/contracts';
import type { Prisma, PrismaClient } from '../client.js';
import { notFound } from '../errors.js';
import { fromJson, toJson } from '../json.js';
import { idOf, newestFirst, olderThan, type Page, toList } from '../pages.js';
import { bindSubject, type IdempotencyClaim } from './idempotency-keys.js';

/** What of a file is shown, beside the fields of its row. */
export type BackboneDescription = Omit<Backbone, 'id' | 'object' | 'name' | 'bytes' | 'digest' | 'created_at'>;

export interface NewBackbone extends Pick<Backbone, 'id' | 'name' | 'bytes' | 'digest'> {
  projectId: string;
  description: BackboneDescription;
  /** As the compiler read it. */
  graph: unknown;
  /** Of a request that came with an `Idempotency-Key`. */
  idempotency?: IdempotencyClaim | undefined;
}

export function openBackbones(client: PrismaClient) {
  return {
    async create({ description, graph, idempotency, ...row }: NewBackbone): Promise<Backbone> {
      const data = { ...row, description: toJson(description), graph: toJson(graph) };
      const created = await client.$transaction(async (tx) => {
        await bindSubject(tx, idempotency, data.id);
        return tx.backbone.create({ data, omit: { graph: true } });
      });
      return toBackbone(created);
    },

    async get(projectId: string, id: string): Promise<Backbone> {
      const row = await client.backbone.findFirst({ where: { id, projectId }, omit: { graph: true } });
      if (!row) throw notFound('backbone', id);
      return toBackbone(row);
    },

    /** What a specification gets that names it; null where the project has none of this id. */
    async graph(
      projectId: string,
      id: string,
    ): Promise<{ digest: string; graph: unknown; defaultOutput: string | null } | null> {
      const row = await client.backbone.findFirst({ where: { id, projectId } });
      if (!row) return null;
      return { digest: row.digest, graph: row.graph, defaultOutput: toBackbone(row).default_output };
    },

    async list(projectId: string, page: Page = {}): Promise<List<Backbone>> {
      const rows = await client.backbone.findMany({
        where: { ...olderThan(page), projectId },
        omit: { graph: true },
        ...newestFirst(page),
      });
      return toList(rows, page, toBackbone, idOf);
    },

    /** Throws `conflict` while a job that has not ended begins with it. */
    async remove(projectId: string, id: string): Promise<void> {
      const user = await client.job.findFirst({
        where: {
          projectId,
          status: { notIn: [...ENDED_JOB_STATUSES] },
          spec: { path: ['layers'], array_contains: [{ backbone_id: id }] },
        },
        select: { id: true },
      });
      if (user) {
        const detail = `The job ${user.id} is to begin with this backbone. Wait for its end, or cancel it.`;
        throw new TrainyardError('conflict', detail);
      }
      const { count } = await client.backbone.deleteMany({ where: { id, projectId } });
      if (count === 0) throw notFound('backbone', id);
    },
  };
}

type BackboneRow = Prisma.BackboneGetPayload<{ omit: { graph: true } }>;

function toBackbone({ id, name, bytes, digest, description, createdAt }: BackboneRow): Backbone {
  const shown = fromJson<BackboneDescription>(description);
  return {
    id,
    object: 'backbone',
    name,
    bytes: Number(bytes),
    digest,
    ...shown,
    // Those that were uploaded before nodes were kept.
    kept: shown.kept ?? [],
    cuts: shown.cuts.map((cut) => ({ ...cut, trainable: cut.trainable ?? true })),
    created_at: createdAt.toISOString(),
  };
}
