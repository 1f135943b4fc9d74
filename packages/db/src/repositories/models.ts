/** Stored model specifications. */
import { type List, type Model, type ModelSummary, newId, type TrainingOptions } from '@trainyard/contracts';
import type { PrismaClient } from '../client.js';
import { notFound } from '../errors.js';
import { toJson, toNullableJson } from '../json.js';
import { idOf, newestFirst, olderThan, type Page, toList } from '../pages.js';
import { toModel } from '../wire.js';
import { bindSubject, type IdempotencyClaim } from './idempotency-keys.js';

/** `spec` is the normalised specification. */
export interface NewModel {
  projectId: string;
  name: string;
  spec: unknown;
  summary: ModelSummary | null;
  trainingDefaults?: TrainingOptions | null;
  notes?: readonly string[];
  /** Of a request that came with an `Idempotency-Key`. */
  idempotency?: IdempotencyClaim | undefined;
}

export function openModels(client: PrismaClient) {
  return {
    async create({
      projectId,
      name,
      spec,
      summary,
      trainingDefaults,
      notes = [],
      idempotency,
    }: NewModel): Promise<Model> {
      const data = {
        id: newId('model'),
        projectId,
        name,
        spec: toJson(spec),
        summary: toNullableJson(summary),
        trainingDefaults: toNullableJson(trainingDefaults),
        notes: toJson(notes),
      };
      const row = await client.$transaction(async (tx) => {
        await bindSubject(tx, idempotency, data.id);
        return tx.model.create({ data });
      });
      return toModel(row);
    },

    async get(projectId: string, id: string): Promise<Model> {
      const row = await client.model.findFirst({ where: { id, projectId } });
      if (!row) throw notFound('model', id);
      return toModel(row);
    },

    async list(projectId: string, page: Page = {}): Promise<List<Model>> {
      const rows = await client.model.findMany({ where: { ...olderThan(page), projectId }, ...newestFirst(page) });
      return toList(rows, page, toModel, idOf);
    },

    /** Jobs keep their own copy of the specification; their `model_id` becomes null. */
    async remove(projectId: string, id: string): Promise<void> {
      const { count } = await client.model.deleteMany({ where: { id, projectId } });
      if (count === 0) throw notFound('model', id);
    },
  };
}
