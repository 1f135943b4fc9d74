/**
 * The Open Inference Protocol ("KServe V2") as this service speaks it, with the extensions of Triton that it takes:
 * binary tensor data, classification, model repository, statistics and model configuration. Fields are the protocol's.
 */
import { type Static, Type } from 'typebox';
import { Words } from './schema.js';

/** Bytes of an element; `BYTES` has elements of any length. */
export const TENSOR_DATATYPE_BYTES = {
  BOOL: 1,
  UINT8: 1,
  UINT16: 2,
  UINT32: 4,
  UINT64: 8,
  INT8: 1,
  INT16: 2,
  INT32: 4,
  INT64: 8,
  FP16: 2,
  FP32: 4,
  FP64: 8,
  BYTES: null,
} as const;
export type TensorDatatype = keyof typeof TENSOR_DATATYPE_BYTES;
export const TENSOR_DATATYPES = Object.keys(TENSOR_DATATYPE_BYTES) as TensorDatatype[];

/** What a model's only input is called. */
export const INPUT_TENSOR = 'image';

/** The answer of everything below `/v2` that fails. */
export const OpenInferenceError = Type.Object(
  { error: Type.String({ description: 'What was expected, what came, and what to do about it' }) },
  { $id: 'OpenInferenceError' },
);
export type OpenInferenceError = Static<typeof OpenInferenceError>;

export const ServerLive = Type.Object({ live: Type.Boolean() }, { $id: 'ServerLive' });
export const ServerReady = Type.Object({ live: Type.Boolean(), ready: Type.Boolean() }, { $id: 'ServerReady' });

export const ServerMetadata = Type.Object(
  { name: Type.String(), version: Type.String(), extensions: Type.Array(Type.String()) },
  { $id: 'ServerMetadata' },
);
export type ServerMetadata = Static<typeof ServerMetadata>;

const Shape = Type.Array(Type.Integer({ minimum: -1 }), { description: '-1: any number' });

const TensorMetadata = Type.Object({ name: Type.String(), datatype: Words(TENSOR_DATATYPES), shape: Shape });

export const ModelMetadata = Type.Object(
  {
    name: Type.String({ description: 'The name of the endpoint' }),
    versions: Type.Array(Type.String({ description: 'The id of a checkpoint that it serves' })),
    platform: Type.String(),
    inputs: Type.Array(TensorMetadata),
    outputs: Type.Array(TensorMetadata),
  },
  { $id: 'ModelMetadata' },
);
export type ModelMetadata = Static<typeof ModelMetadata>;

export const ModelReady = Type.Object(
  { name: Type.String(), ready: Type.Boolean(), error: Type.Optional(Type.String({ description: 'Why it is not' })) },
  { $id: 'ModelReady' },
);
export type ModelReady = Static<typeof ModelReady>;

const Parameters = Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()]));

/** Nested, or flat in row-major order. */
const TensorData = Type.Array(Type.Unknown());

export const InferRequest = Type.Object(
  {
    id: Type.Optional(Type.String({ description: 'Comes back in the answer' })),
    parameters: Type.Optional(Parameters),
    inputs: Type.Array(
      Type.Object({
        name: Type.String({ description: `\`${INPUT_TENSOR}\`` }),
        shape: Type.Array(Type.Integer({ minimum: 0 })),
        datatype: Words(TENSOR_DATATYPES, {
          description: '`UINT8` pixels [n, height, width, channels], or `BYTES` [n]: image files, in JSON as base64',
        }),
        parameters: Type.Optional(Parameters),
        data: Type.Optional(TensorData),
      }),
      { minItems: 1, maxItems: 1 },
    ),
    outputs: Type.Optional(Type.Array(Type.Object({ name: Type.String(), parameters: Type.Optional(Parameters) }))),
  },
  { $id: 'InferRequest' },
);
export type InferRequest = Static<typeof InferRequest>;

export const InferResponse = Type.Object(
  {
    model_name: Type.String(),
    model_version: Type.String({ description: 'The id of the checkpoint that answered' }),
    id: Type.Optional(Type.String()),
    parameters: Type.Optional(Parameters),
    outputs: Type.Array(
      Type.Object({
        name: Type.String(),
        shape: Type.Array(Type.Integer({ minimum: 0 })),
        datatype: Words(TENSOR_DATATYPES),
        parameters: Type.Optional(Parameters),
        data: Type.Optional(TensorData),
      }),
    ),
  },
  { $id: 'InferResponse' },
);
export type InferResponse = Static<typeof InferResponse>;

const DurationStat = Type.Object({ count: Type.Integer(), ns: Type.Integer() });
export type DurationStat = Static<typeof DurationStat>;

const ModelStat = Type.Object({
  name: Type.String(),
  version: Type.String(),
  last_inference: Type.Integer({ description: 'Milliseconds since the epoch; 0: never' }),
  inference_count: Type.Integer({ description: 'Images' }),
  execution_count: Type.Integer({ description: 'Runs of the model' }),
  inference_stats: Type.Object({
    success: DurationStat,
    fail: DurationStat,
    queue: DurationStat,
    compute_input: DurationStat,
    compute_infer: DurationStat,
    compute_output: DurationStat,
    cache_hit: DurationStat,
    cache_miss: DurationStat,
  }),
  response_stats: Type.Record(Type.String(), Type.Unknown()),
  batch_stats: Type.Array(
    Type.Object({
      batch_size: Type.Integer(),
      compute_input: DurationStat,
      compute_infer: DurationStat,
      compute_output: DurationStat,
    }),
  ),
  memory_usage: Type.Array(Type.Unknown()),
});
export type ModelStat = Static<typeof ModelStat>;

export const ModelStatisticsReport = Type.Object(
  { model_stats: Type.Array(ModelStat) },
  { $id: 'ModelStatisticsReport' },
);
export type ModelStatisticsReport = Static<typeof ModelStatisticsReport>;

const ConfiguredTensor = Type.Object({
  name: Type.String(),
  data_type: Type.String(),
  dims: Type.Array(Type.Integer(), { description: 'Of one image' }),
});

/** The part of Triton's `ModelConfig` that means something here. */
export const ModelConfiguration = Type.Object(
  {
    name: Type.String(),
    platform: Type.String(),
    backend: Type.String(),
    max_batch_size: Type.Integer(),
    input: Type.Array(ConfiguredTensor),
    output: Type.Array(ConfiguredTensor),
    dynamic_batching: Type.Object({ max_queue_delay_microseconds: Type.Integer() }),
    instance_group: Type.Array(Type.Object({ name: Type.String(), kind: Type.String(), count: Type.Integer() })),
  },
  { $id: 'ModelConfiguration' },
);
export type ModelConfiguration = Static<typeof ModelConfiguration>;

export const RepositoryIndexRequest = Type.Object(
  { ready: Type.Optional(Type.Boolean({ description: 'Only models that can answer' })) },
  { $id: 'RepositoryIndexRequest' },
);

export const REPOSITORY_STATES = ['UNKNOWN', 'READY', 'UNAVAILABLE', 'LOADING', 'UNLOADING'] as const;

export const RepositoryIndex = Type.Array(
  Type.Object({
    name: Type.String(),
    version: Type.String(),
    state: Words(REPOSITORY_STATES),
    reason: Type.String(),
  }),
  { $id: 'RepositoryIndex' },
);
export type RepositoryIndex = Static<typeof RepositoryIndex>;

export const RepositoryRequest = Type.Object({ parameters: Type.Optional(Parameters) }, { $id: 'RepositoryRequest' });
