/** Stored model specifications. */
import { type List, type Model, type ModelSummary, newId, type TrainingOptions } from '@trainyard/contracts';
import type { PrismaClient } from '../client.js';
import { notFound } from '../errors.js';
import { toJson, toNullableJson } from '../json.js';
import { idOf, newestFirst, olderThan, type Page, toList } from '../pages.js';
import { toModel } from '../wire.js';

/** `spec` is the normalised specification. */
export interface NewModel {
  projectId: string;
  name: string;
  spec: unknown;
  summary: ModelSummary | null;
  trainingDefaults?: TrainingOptions | null;
  notes?: readonly string[];
}

export function openModels(client: PrismaClient) {
  return {
    async create({ projectId, name, spec, summary, trainingDefaults, notes = [] }: NewModel): Promise<Model> {
      const data = {
        id: newId('model'),
        projectId,
        name,
        spec: toJson(spec),
        summary: toNullableJson(summary),
        trainingDefaults: toNullableJson(trainingDefaults),
        notes: toJson(notes),
      };
      return toModel(await client.model.create({ data }));
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
