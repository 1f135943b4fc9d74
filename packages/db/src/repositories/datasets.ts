/** Data sets: how they come in through the API, and how a worker reads them. */
import { type CreateDataset, type Dataset, type DatasetOptions, type List, newId } from '@trainyard/contracts';
import type { PrismaClient } from '../client.js';
import { appendDatasetStatus } from '../dataset-journal.js';
import { lockParent, optionsAfter } from '../dataset-parents.js';
import { refuseUnusable } from '../dataset-use.js';
import { notFound } from '../errors.js';
import { toJson } from '../json.js';
import { idOf, newestFirst, olderThan, type Page, toList } from '../pages.js';
import { type DatasetContent, toDatasetContent } from '../trained-model.js';
import { toDataset } from '../wire.js';
import { datasetDeletion } from './dataset-deletion.js';
import { datasetIngest } from './dataset-ingest.js';
import { datasetUploads, lockUpload } from './dataset-uploads.js';
import { bindSubject, type IdempotencyClaim } from './idempotency-keys.js';
import { enqueue } from './outbox.js';

export type { DatasetClaim } from './dataset-ingest.js';

/** `id` is given where the upload was stored under it before. `sourceKey` is where the upload is, or will be. */
export interface NewDataset {
  id?: string;
  projectId: string;
  /** The data set that the upload is added to. */
  parentId?: string | undefined;
  name?: string | undefined;
  format?: CreateDataset['format'];
  options?: DatasetOptions | undefined;
  sourceKey: string;
}

export function openDatasets(client: PrismaClient) {
  return {
    ...datasetIngest(client),
    ...datasetUploads(client),
    ...datasetDeletion(client),

    /**
     * A data set in status `uploading`. One with a parent has its name, where it gets none of its own, its options and its
     * parts, which nobody deletes from here on. Throws `not_found` for the parent, `dataset_not_ready` where it is not
     * `ready`.
     */
    create(dataset: NewDataset): Promise<Dataset> {
      const { id = newId('dataset'), projectId, parentId } = dataset;
      return client.$transaction(async (tx) => {
        const parent = parentId === undefined ? null : await lockParent(tx, projectId, parentId);
        const row = await tx.dataset.create({
          data: {
            id,
            projectId,
            parentId: parent?.id ?? null,
            version: (parent?.version ?? 0) + 1,
            parts: [...(parent?.parts ?? []), id],
            name: dataset.name ?? parent?.name ?? null,
            status: 'uploading',
            format: dataset.format ?? 'auto',
            options: toJson(optionsAfter(parent?.options ?? {}, dataset.options)),
            sourceKey: dataset.sourceKey,
            bytes: 0n,
          },
        });
        return toDataset(row);
      });
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
        const begun = await lockUpload(tx, id);
        if (begun === null) throw notFound('data set', id);
        const row = await tx.dataset.update({
          where: { id },
          data: {
            status: 'processing',
            leaseExpiresAt: null,
            bytes: BigInt(upload.bytes),
            ...(upload.name === undefined ? {} : { name: upload.name }),
            ...(upload.format === undefined ? {} : { format: upload.format }),
            options: toJson(optionsAfter(begun.options, upload.options)),
          },
        });
        await appendDatasetStatus(tx, id, 'processing', { attempt: 0, reason: 'Stored; it waits for a worker' });
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

    /**
     * What a data set holds, with the fit of its images. Throws `dataset_not_ready` before it was read, or where that
     * was too long ago to train on.
     */
    async content(projectId: string, id: string): Promise<DatasetContent> {
      const row = await client.dataset.findFirst({ where: { id, projectId, deletedAt: null } });
      if (!row) throw notFound('data set', id);
      refuseUnusable(row);
      return toDatasetContent(row);
    },
  };
}
