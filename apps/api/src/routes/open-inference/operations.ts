/** The operations of the Open Inference Protocol, as the OpenAPI document shows them. The inference server answers them. */
import {
  InferRequest,
  InferResponse,
  ModelConfiguration,
  ModelMetadata,
  ModelReady,
  ModelStatisticsReport,
  RepositoryIndex,
  RepositoryIndexRequest,
  RepositoryRequest,
  ServerMetadata,
} from '@trainyard/contracts';
import { type TSchema, Type } from 'typebox';
import { reference } from '../../schemas/reference.js';
import { protocolErrors } from './protocol-errors.js';

/** Routes with the same `operationId` and `summary`, one with and one without a version. */
interface Operation {
  method: 'GET' | 'POST';
  url: string;
  operationId: string;
  summary: string;
  description?: string;
  answer: TSchema;
  errors: ReturnType<typeof protocolErrors>;
  body?: Record<string, { schema: TSchema }>;
}

const MODEL = '/v2/models/:model_name';
const VERSION = '/versions/:model_version';
const REPOSITORY = '/v2/repository';
const Bytes = Type.Unsafe<string>({ type: 'string', format: 'binary' });
const Nothing = Type.Null({ description: 'Done' });

const COMMON = ['unauthorized', 'overloaded', 'unavailable'] as const;
const OF_MODEL = [...COMMON, 'not_found', 'endpoint_not_ready'] as const;
const OF_BODY = ['invalid_json', 'invalid_request', 'payload_too_large', 'unsupported_media_type'] as const;

const metadata = {
  method: 'GET',
  summary: 'Metadata of a model',
  description:
    'A model is an endpoint of the project, by its name or id; its versions are the checkpoints that it serves. Without a version the endpoint chooses, as its `traffic` says.',
  answer: reference(ModelMetadata),
  errors: protocolErrors(...OF_MODEL),
} as const;

const ready = {
  method: 'GET',
  summary: 'Whether a model can answer',
  description: '503 where it cannot.',
  answer: reference(ModelReady),
  errors: protocolErrors(...OF_MODEL),
} as const;

const infer = {
  method: 'POST',
  summary: 'Infer',
  description:
    'Pixels as `UINT8` [n, height, width, channels] at the size of the model, or image files as `BYTES` [n]. With `Inference-Header-Content-Length` tensors are binary data behind the JSON (`binary_data_size`, `binary_data`, `binary_data_output`).',
  answer: reference(InferResponse),
  errors: protocolErrors(...OF_MODEL, ...OF_BODY, 'invalid_image'),
  body: {
    'application/json': { schema: reference(InferRequest) },
    'application/octet-stream': { schema: Bytes },
  },
} as const;

const configuration = {
  method: 'GET',
  summary: 'Configuration of a model',
  answer: reference(ModelConfiguration),
  errors: protocolErrors(...OF_MODEL),
} as const;

const statistics = {
  method: 'GET',
  summary: 'Statistics of models',
  answer: reference(ModelStatisticsReport),
  errors: protocolErrors(...COMMON, 'not_found'),
} as const;

const repository = {
  method: 'POST',
  answer: Nothing,
  errors: protocolErrors(...OF_MODEL, ...OF_BODY),
  body: { 'application/json': { schema: reference(RepositoryRequest) } },
} as const;

export const OPERATIONS: readonly Operation[] = [
  {
    method: 'GET',
    url: '/v2',
    operationId: 'serverMetadata',
    summary: 'Metadata of the server',
    answer: reference(ServerMetadata),
    errors: protocolErrors(...COMMON),
  },
  { ...metadata, url: MODEL, operationId: 'modelMetadata' },
  { ...metadata, url: MODEL + VERSION, operationId: 'modelVersionMetadata' },
  { ...ready, url: `${MODEL}/ready`, operationId: 'modelReady' },
  { ...ready, url: `${MODEL}${VERSION}/ready`, operationId: 'modelVersionReady' },
  { ...infer, url: `${MODEL}/infer`, operationId: 'infer' },
  { ...infer, url: `${MODEL}${VERSION}/infer`, operationId: 'inferVersion' },
  { ...configuration, url: `${MODEL}/config`, operationId: 'modelConfiguration' },
  { ...configuration, url: `${MODEL}${VERSION}/config`, operationId: 'modelVersionConfiguration' },
  { ...statistics, url: '/v2/models/stats', operationId: 'statistics' },
  { ...statistics, url: `${MODEL}/stats`, operationId: 'modelStatistics' },
  { ...statistics, url: `${MODEL}${VERSION}/stats`, operationId: 'modelVersionStatistics' },
  {
    ...repository,
    url: `${REPOSITORY}/index`,
    operationId: 'repositoryIndex',
    summary: 'List the models of the repository',
    description: 'The endpoints of the project. `{"ready": true}` leaves out those that cannot answer.',
    answer: reference(RepositoryIndex),
    errors: protocolErrors(...COMMON, ...OF_BODY),
    body: { 'application/json': { schema: reference(RepositoryIndexRequest) } },
  },
  {
    ...repository,
    url: `${REPOSITORY}/models/:model_name/load`,
    operationId: 'loadModel',
    summary: 'Load a model',
    description: 'Answers once it is loaded. The configuration and the files of a model cannot be replaced.',
  },
  {
    ...repository,
    url: `${REPOSITORY}/models/:model_name/unload`,
    operationId: 'unloadModel',
    summary: 'Unload a model',
    description: 'Frees its memory. The next request for it loads it again.',
  },
];
