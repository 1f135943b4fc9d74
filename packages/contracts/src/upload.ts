/** Resumable uploads (tus 1.0): bytes that come in pieces, and become the source of one data set. */
import { type Static, Type } from 'typebox';
import { CreateDataset } from './dataset.js';
import { IdSchema } from './ids.js';
import { Nullable, Strict, Timestamp, Words } from './schema.js';

export const UPLOAD_STATUSES = ['open', 'complete', 'used'] as const;
export type UploadStatus = (typeof UPLOAD_STATUSES)[number];

export const Upload = Type.Object(
  {
    id: IdSchema('upload'),
    object: Type.Literal('upload'),
    status: Words(UPLOAD_STATUSES, { description: '`used` once a data set was made of it' }),
    length: Type.Integer({ description: 'How many bytes it is to have' }),
    offset: Type.Integer({ description: 'How many of them are safely stored' }),
    metadata: Nullable(Type.String(), { description: 'The `Upload-Metadata` that it came with, as it was sent' }),
    dataset_id: Nullable(IdSchema('dataset'), { description: 'The data set that was made of it' }),
    created_at: Timestamp,
    expires_at: Timestamp,
  },
  { $id: 'Upload' },
);
export type Upload = Static<typeof Upload>;

/** The JSON body that makes a data set of an upload. */
export const CreateDatasetOfUpload = Strict({ upload_id: IdSchema('upload'), ...CreateDataset.properties });
export type CreateDatasetOfUpload = Static<typeof CreateDatasetOfUpload>;
