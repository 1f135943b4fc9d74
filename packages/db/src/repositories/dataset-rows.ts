/** How the row of a data set comes to be, within a transaction of the caller. */
import { type CreateDataset, type DatasetOptions, newId } from '@trainyard/contracts';
import type { Prisma } from '../client.js';
import { appendDatasetStatus } from '../dataset-journal.js';
import { lockParent, optionsAfter } from '../dataset-parents.js';
import { notFound } from '../errors.js';
import { toJson } from '../json.js';
import { lockUpload } from './dataset-uploads.js';
import { bindSubject, type IdempotencyClaim } from './idempotency-keys.js';
import { enqueue } from './outbox.js';

type DatasetRow = Prisma.DatasetGetPayload<object>;

/**
 * `id` is given where the upload was stored under it before. `sourceKey` is where the upload is, or will be; null for a
 * version without one.
 */
export interface NewDataset {
  id?: string;
  projectId: string;
  /** The data set that the upload is added to. */
  parentId?: string | undefined;
  name?: string | undefined;
  format?: CreateDataset['format'];
  options?: DatasetOptions | undefined;
  sourceKey: string | null;
}

/** An upload that is stored, with those fields that came after the row was made. */
export interface UploadedDataset {
  bytes: number;
  name?: string | undefined;
  format?: CreateDataset['format'];
  options?: DatasetOptions;
  idempotency?: IdempotencyClaim | undefined;
}

/** A data set in status `uploading`. Throws as `datasets.create` says. */
export async function insertDataset(tx: Prisma.TransactionClient, dataset: NewDataset): Promise<DatasetRow> {
  const { id = newId('dataset'), projectId, parentId } = dataset;
  const parent = parentId === undefined ? null : await lockParent(tx, projectId, parentId);
  return tx.dataset.create({
    data: {
      id,
      projectId,
      parentId: parent?.id ?? null,
      version: (parent?.version ?? 0) + 1,
      parts: [...(parent?.parts ?? []), ...(dataset.sourceKey === null ? [] : [id])],
      name: dataset.name ?? parent?.name ?? null,
      status: 'uploading',
      format: dataset.format ?? 'auto',
      options: toJson(optionsAfter(parent?.options ?? {}, dataset.options)),
      sourceKey: dataset.sourceKey,
      bytes: 0n,
    },
  });
}

/** Moves a data set on to `processing` and tells the workers. Throws `not_found` where it is `uploading` no more. */
export async function announceDataset(
  tx: Prisma.TransactionClient,
  id: string,
  upload: UploadedDataset,
): Promise<DatasetRow> {
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
  return row;
}
