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

/** What predictions are of. Two classes told apart by a single output are `binary`. */
export const PREDICTION_TASKS = ['multiclass', 'binary', 'multilabel', 'regression'] as const;
export type PredictionTask = (typeof PREDICTION_TASKS)[number];

/** Of an image that has one class. */
export const ClassPrediction = Type.Object({
  label: Type.String(),
  confidence: Type.Number(),
  probabilities: Type.Record(Type.String(), Type.Number()),
});
export type ClassPrediction = Static<typeof ClassPrediction>;

/** Of an image that has any number of labels. */
export const LabelsPrediction = Type.Object({
  labels: Type.Array(Type.String(), { description: 'Those whose probability is at least 0.5' }),
  probabilities: Type.Record(Type.String(), Type.Number()),
});
export type LabelsPrediction = Static<typeof LabelsPrediction>;

/** Of an image that stands for numbers. */
export const ValuesPrediction = Type.Object({
  values: Type.Record(Type.String(), Type.Number(), { description: 'By target' }),
});
export type ValuesPrediction = Static<typeof ValuesPrediction>;

const AnsweredBy = {
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
};

/** What the images of an endpoint's model stand for, and each image's answer. */
export const Predictions = Type.Union([
  Type.Object({ task: Words(['multiclass', 'binary'] as const), predictions: Type.Array(ClassPrediction) }),
  Type.Object({ task: Type.Literal('multilabel'), predictions: Type.Array(LabelsPrediction) }),
  Type.Object({ task: Type.Literal('regression'), predictions: Type.Array(ValuesPrediction) }),
]);
export type Predictions = Static<typeof Predictions>;

export const PredictResponse = Type.Intersect([Predictions, Type.Object(AnsweredBy)], { $id: 'PredictResponse' });
export type PredictResponse = Static<typeof PredictResponse>;
