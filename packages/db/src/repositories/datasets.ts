/** Data sets: how they come in through the API, and how a worker reads them. */
import type { Dataset, List } from '@trainyard/contracts';
import type { PrismaClient } from '../client.js';
import { refuseUnusable } from '../dataset-use.js';
import { notFound } from '../errors.js';
import { idOf, newestFirst, olderThan, type Page, toList } from '../pages.js';
import { type DatasetContent, toDatasetContent } from '../trained-model.js';
import { toDataset } from '../wire.js';
import { datasetDeletion } from './dataset-deletion.js';
import { datasetIngest } from './dataset-ingest.js';
import { announceDataset, insertDataset, type NewDataset, type UploadedDataset } from './dataset-rows.js';
import { datasetUploads } from './dataset-uploads.js';
import type { IdempotencyClaim } from './idempotency-keys.js';

export type { DatasetClaim } from './dataset-ingest.js';
export type { NewDataset } from './dataset-rows.js';

export interface DatasetRevision extends Omit<NewDataset, 'id' | 'sourceKey' | 'format'> {
  parentId: string;
  idempotency?: IdempotencyClaim | undefined;
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
    async create(dataset: NewDataset): Promise<Dataset> {
      return toDataset(await client.$transaction((tx) => insertDataset(tx, dataset)));
    },

    /**
     * Moves a data set from `uploading` to `processing` and announces it to the workers, once the upload is stored.
     * Fields of the form that came after the file may be given here. Throws `not_found` when it was deleted or
     * abandoned meanwhile.
     */
    async uploaded(id: string, upload: UploadedDataset): Promise<Dataset> {
      return toDataset(await client.$transaction((tx) => announceDataset(tx, id, upload)));
    },

    /** A version without an upload: what its options say is done with the images of its parent. Throws as `create`. */
    async revise({ idempotency, ...dataset }: DatasetRevision): Promise<Dataset> {
      const row = await client.$transaction(async (tx) => {
        const { id } = await insertDataset(tx, { ...dataset, sourceKey: null });
        return announceDataset(tx, id, { bytes: 0, idempotency });
      });
      return toDataset(row);
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
