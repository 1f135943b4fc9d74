/** What the API shows of the export of a checkpoint. */
import { type Static, Type } from 'typebox';
import { ParityCertificate } from './analyses/export.js';
import { ANALYSIS_STATUSES } from './analysis.js';
import { IdSchema } from './ids.js';
import { ErrorRecordSchema, Nullable, Strict, Words } from './schema.js';

const about = { id: IdSchema('export'), checkpoint_id: IdSchema('checkpoint') };

/** What is answered in the place of a file that is still made. */
export const CheckpointExport = Type.Object(
  {
    ...about,
    object: Type.Literal('export'),
    status: Words(ANALYSIS_STATUSES),
    progress: Nullable(Type.Number(), { description: 'Between 0 and 1; null before it has begun' }),
    error: Nullable(ErrorRecordSchema),
  },
  { $id: 'CheckpointExport' },
);
export type CheckpointExport = Static<typeof CheckpointExport>;

export const Certificate = Type.Object(
  {
    ...about,
    object: Type.Literal('certificate'),
    ...ParityCertificate.properties,
    file: Nullable(Strict({ bytes: Type.Integer(), sha256: Type.String() }), {
      description: 'The ONNX file; null where the certificate does not agree, since then none is given out',
    }),
    created_at: Type.String({ format: 'date-time' }),
  },
  { $id: 'Certificate' },
);
export type Certificate = Static<typeof Certificate>;
