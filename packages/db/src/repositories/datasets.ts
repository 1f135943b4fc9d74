/** Data sets: how they come in through the API, and how a worker reads them. */
import {
  type CreateDataset,
  type Dataset,
  type DatasetOptions,
  type List,
  newId,
  TrainyardError,
} from '@trainyard/contracts';
import type { PrismaClient } from '../client.js';
import { notFound } from '../errors.js';
import { toJson } from '../json.js';
import { idOf, newestFirst, olderThan, type Page, toList } from '../pages.js';
import { type DatasetContent, toDatasetContent } from '../trained-model.js';
import { toDataset } from '../wire.js';
import { datasetIngest } from './dataset-ingest.js';
import { datasetUploads, lockUpload } from './dataset-uploads.js';
import { bindSubject, type IdempotencyClaim } from './idempotency-keys.js';
import { enqueue } from './outbox.js';

export type { DatasetClaim } from './dataset-ingest.js';

/** `id` is given where the upload was stored under it before. `sourceKey` is where the upload is, or will be. */
export interface NewDataset {
  id?: string;
  projectId: string;
  name?: string | undefined;
  format?: CreateDataset['format'];
  options?: DatasetOptions | undefined;
  sourceKey: string;
}

export function openDatasets(client: PrismaClient) {
  return {
    ...datasetIngest(client),
    ...datasetUploads(client),

    /** A data set in status `uploading`. */
    async create(dataset: NewDataset): Promise<Dataset> {
      const row = await client.dataset.create({
        data: {
          id: dataset.id ?? newId('dataset'),
          projectId: dataset.projectId,
          name: dataset.name ?? null,
          status: 'uploading',
          format: dataset.format ?? 'auto',
          options: toJson(dataset.options ?? {}),
          sourceKey: dataset.sourceKey,
          bytes: 0n,
        },
      });
      return toDataset(row);
    },

    /**
     * Moves a data set from `uploading` to `processing` and announces it to the workers, once the upload is stored.
     * Fields of the form that came after the file may be given here. Throws `not_found` when it was deleted or
     * abandoned meanwhile.
     */
    uploaded(
      id: string,
      upload: {
        bytes: number;
        name?: string | undefined;
        format?: CreateDataset['format'];
        options?: DatasetOptions;
        idempotency?: IdempotencyClaim | undefined;
      },
    ): Promise<Dataset> {
      return client.$transaction(async (tx) => {
        await bindSubject(tx, upload.idempotency, id);
        if (!(await lockUpload(tx, id))) throw notFound('data set', id);
        const row = await tx.dataset.update({
          where: { id },
          data: {
            status: 'processing',
            leaseExpiresAt: null,
            bytes: BigInt(upload.bytes),
            ...(upload.name === undefined ? {} : { name: upload.name }),
            ...(upload.format === undefined ? {} : { format: upload.format }),
            ...(upload.options === undefined ? {} : { options: toJson(upload.options) }),
          },
        });
        await enqueue(tx, 'ingest', id, { dataset_id: id });
        return toDataset(row);
      });
    },

    async get(projectId: string, id: string): Promise<Dataset> {
      const row = await client.dataset.findFirst({ where: { id, projectId, deletedAt: null } });
      if (!row) throw notFound('data set', id);
      return toDataset(row);
    },

    async list(projectId: string, page: Page = {}): Promise<List<Dataset>> {
      const where = { ...olderThan(page), projectId, deletedAt: null };
      return toList(await client.dataset.findMany({ where, ...newestFirst(page) }), page, toDataset, idOf);
    },

    /** What a data set holds, with the fit of its images. Throws `dataset_not_ready` before it was read. */
    async content(projectId: string, id: string): Promise<DatasetContent> {
      const row = await client.dataset.findFirst({ where: { id, projectId, deletedAt: null } });
      if (!row) throw notFound('data set', id);
      if (row.status !== 'ready') throw notReady(id, row.status);
      return toDatasetContent(row);
    },

    /**
     * Deletes a data set; throws `conflict` while a job that has not ended uses it. Where ended jobs refer to it the
     * row stays, out of sight, because their checkpoints need its classes and statistics. The caller removes the files.
     */
    remove(projectId: string, id: string): Promise<void> {
      return client.$transaction(async (tx) => {
        const locked = await tx.$queryRaw<{ id: string }[]>`
          SELECT id FROM datasets WHERE id = ${id} AND project_id = ${projectId} AND deleted_at IS NULL FOR UPDATE`;
        if (locked.length === 0) throw notFound('data set', id);
        const active = await tx.job.findFirst({
          where: { datasetId: id, status: { notIn: ['succeeded', 'failed', 'cancelled'] } },
          select: { id: true, status: true },
        });
        if (active) {
          const detail = `The job ${active.id} is ${active.status} and uses this data set. Cancel it or wait for its end.`;
          throw new TrainyardError('conflict', detail);
        }
        if ((await tx.job.count({ where: { datasetId: id } })) === 0) await tx.dataset.delete({ where: { id } });
        else await tx.dataset.update({ where: { id }, data: { deletedAt: new Date() } });
      });
    },
  };
}

export function notReady(id: string, status: string): TrainyardError {
  const hint =
    status === 'failed' ? 'It failed; its `error` says why. Upload it again.' : 'Wait until its status is ready.';
  return new TrainyardError('dataset_not_ready', `The data set ${id} is ${status}. ${hint}`);
}
