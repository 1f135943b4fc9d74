/** Hosted inference. */
import { type Static, Type } from 'typebox';
import { EndpointCounts, EndpointLatency, EndpointLoad, ShadowAgreement } from './endpoint-activity.js';
import { INSTANCES_MAX, SETTINGS, ShadowChoice, TopK, TrafficPart } from './endpoint-settings.js';
import { IdSchema } from './ids.js';
import { ErrorRecordSchema, Nullable, Strict, Timestamp, Words } from './schema.js';

export const ENDPOINT_STATUSES = ['starting', 'ready', 'unloaded', 'failed'] as const;
export type EndpointStatus = (typeof ENDPOINT_STATUSES)[number];

export const EndpointName = Type.String({ pattern: '^(?!ep[-_])[a-z0-9][a-z0-9-]{0,62}$' });

const { labels, thresholds, top_k, batching } = SETTINGS;
const OptionalSettings = {
  labels: Type.Optional(labels),
  thresholds: Type.Optional(thresholds),
  top_k: Type.Optional(top_k),
  batching: Type.Optional(batching),
};

const Target = {
  checkpoint_id: Type.Optional(IdSchema('checkpoint')),
  job_id: Type.Optional(IdSchema('job')),
};

export const CreateEndpoint = Strict({ name: EndpointName, ...Target, ...OptionalSettings }, { $id: 'CreateEndpoint' });
export type CreateEndpoint = Static<typeof CreateEndpoint>;

export const UpdateEndpoint = Strict(
  {
    name: Type.Optional(EndpointName),
    ...Target,
    traffic: Type.Optional(
      Nullable(Type.Array(TrafficPart, { minItems: 2, maxItems: 2 }), {
        description: 'Two checkpoints whose weights sum to 1, one of them the one that is served; null ends the split',
      }),
    ),
    shadow: Type.Optional(
      Nullable(ShadowChoice, { description: 'A checkpoint that is asked as well, whose answers are only compared' }),
    ),
    ...OptionalSettings,
  },
  { $id: 'UpdateEndpoint' },
);
export type UpdateEndpoint = Static<typeof UpdateEndpoint>;

/** Whether a checkpoint that came to an endpoint later has been loaded and has answered. */
export const USE_STATUSES = ['loading', 'ready'] as const;

/** What a checkpoint was to do that an endpoint was given. */
export const ENDPOINT_ROLES = ['move', 'traffic', 'shadow'] as const;
export type EndpointRole = (typeof ENDPOINT_ROLES)[number];

export const EndpointMove = Type.Object({
  checkpoint_id: IdSchema('checkpoint'),
  role: Words(ENDPOINT_ROLES, { description: 'What it was to do' }),
  error: Nullable(ErrorRecordSchema, { description: 'Why it takes no requests; null where it does' }),
  ended_at: Timestamp,
});
export type EndpointMove = Static<typeof EndpointMove>;

export const Endpoint = Type.Object(
  {
    id: IdSchema('endpoint'),
    object: Type.Literal('endpoint'),
    name: Type.String(),
    status: Words(ENDPOINT_STATUSES),
    checkpoint_id: IdSchema('checkpoint'),
    job_id: IdSchema('job'),
    moving_to: Nullable(Type.Object({ checkpoint_id: IdSchema('checkpoint'), since: Timestamp })),
    last_move: Nullable(EndpointMove),
    traffic: Nullable(
      Type.Array(Type.Object({ ...TrafficPart.properties, status: Words(USE_STATUSES) }), {
        description: 'Null where one checkpoint answers everything',
      }),
    ),
    shadow: Nullable(
      Type.Object({
        checkpoint_id: IdSchema('checkpoint'),
        fraction: Type.Number(),
        status: Words(USE_STATUSES),
        agreement: ShadowAgreement,
      }),
    ),
    ...SETTINGS,
    batch_exact: Nullable(Type.Boolean(), {
      description:
        'Whether an image gets the same bits, whichever images it is answered with; null until it was loaded',
    }),
    load: EndpointLoad,
    latency: Nullable(EndpointLatency, { description: 'Of answered requests; null where there was none lately' }),
    counts: EndpointCounts,
    error: Nullable(ErrorRecordSchema),
    created_at: Timestamp,
    updated_at: Timestamp,
  },
  { $id: 'Endpoint' },
);
export type Endpoint = Static<typeof Endpoint>;

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

const Top = Type.Optional(
  Type.Array(Type.Object({ label: Type.String(), probability: Type.Number() }), {
    description: 'The `top_k` most probable, the most probable first; only where it was asked for',
  }),
);

export const PredictQuery = Strict({ top_k: Type.Optional(TopK) });
export type PredictQuery = Static<typeof PredictQuery>;

/** Of an image that has one class. */
export const ClassPrediction = Type.Object({
  label: Type.String(),
  confidence: Type.Number(),
  probabilities: Type.Record(Type.String(), Type.Number()),
  top: Top,
});
export type ClassPrediction = Static<typeof ClassPrediction>;

/** Of an image that has any number of labels. */
export const LabelsPrediction = Type.Object({
  labels: Type.Array(Type.String(), { description: 'Those whose probability is at least their threshold' }),
  probabilities: Type.Record(Type.String(), Type.Number()),
  top: Top,
});
export type LabelsPrediction = Static<typeof LabelsPrediction>;

/** Of an image that stands for numbers. */
export const ValuesPrediction = Type.Object({
  values: Type.Record(Type.String(), Type.Number(), { description: 'By target' }),
});
export type ValuesPrediction = Static<typeof ValuesPrediction>;

/** What each answer of an endpoint has beside what was asked for. */
export const AnsweredBy = {
  model: Type.Object({
    endpoint_id: IdSchema('endpoint'),
    name: Type.String(),
    checkpoint_id: IdSchema('checkpoint'),
  }),
  timing: Type.Object({
    queue_ms: Type.Number({ description: 'Waiting: for the model to be loaded, and for requests before this one' }),
    preprocess_ms: Type.Number(),
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
