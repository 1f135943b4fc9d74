/** Hosted inference. */
import { type Static, Type } from 'typebox';
import { IdSchema } from './ids.js';
import { ErrorRecordSchema, Nullable, Strict, Timestamp, Words } from './schema.js';

export const ENDPOINT_STATUSES = ['starting', 'ready', 'unloaded', 'failed'] as const;
export type EndpointStatus = (typeof ENDPOINT_STATUSES)[number];

export const EndpointName = Type.String({ pattern: '^(?!ep[-_])[a-z0-9][a-z0-9-]{0,62}$' });

export const CreateEndpoint = Strict(
  {
    name: EndpointName,
    checkpoint_id: Type.Optional(IdSchema('checkpoint')),
    job_id: Type.Optional(IdSchema('job')),
  },
  { $id: 'CreateEndpoint' },
);
export type CreateEndpoint = Static<typeof CreateEndpoint>;

export const Endpoint = Type.Object(
  {
    id: IdSchema('endpoint'),
    object: Type.Literal('endpoint'),
    name: Type.String(),
    status: Words(ENDPOINT_STATUSES),
    checkpoint_id: IdSchema('checkpoint'),
    job_id: IdSchema('job'),
    error: Nullable(ErrorRecordSchema),
    created_at: Timestamp,
    updated_at: Timestamp,
  },
  { $id: 'Endpoint' },
);
export type Endpoint = Static<typeof Endpoint>;

/** Images in one request. */
export const INSTANCES_MAX = 256;

export const PredictJson = Strict(
  {
    instances: Type.Array(
      Type.Union([
        Type.String({ description: 'An image file in base64' }),
        Type.Array(Type.Unknown(), { description: 'Pixels 0 to 255: [height][width] or [height][width][channels]' }),
      ]),
      { minItems: 1, maxItems: INSTANCES_MAX },
    ),
  },
  { $id: 'PredictJson' },
);
export type PredictJson = Static<typeof PredictJson>;

export const MulticlassPrediction = Type.Object({
  label: Type.String(),
  confidence: Type.Number(),
  probabilities: Type.Record(Type.String(), Type.Number()),
});
export type MulticlassPrediction = Static<typeof MulticlassPrediction>;

export const PredictResponse = Type.Object(
  {
    task: Words(['multiclass'] as const),
    predictions: Type.Array(MulticlassPrediction),
    model: Type.Object({
      endpoint_id: IdSchema('endpoint'),
      name: Type.String(),
      checkpoint_id: IdSchema('checkpoint'),
    }),
    timing: Type.Object({
      queue_ms: Type.Number(),
      decode_ms: Type.Number(),
      compute_ms: Type.Number(),
      total_ms: Type.Number(),
    }),
  },
  { $id: 'PredictResponse' },
);
export type PredictResponse = Static<typeof PredictResponse>;
