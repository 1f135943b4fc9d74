/** The schemas that the OpenAPI document names. */
import {
  ApiKey,
  AugmentPreview,
  Backbone,
  Certificate,
  Checkpoint,
  CheckpointExport,
  CreateApiKey,
  CreateBackbone,
  CreatedApiKey,
  CreateEndpoint,
  CreateEvaluation,
  CreateJob,
  CreateModel,
  CreateProject,
  CreateSweep,
  Dataset,
  Diagnosis,
  Embedding,
  Endpoint,
  EpochMetrics,
  Evaluation,
  Event,
  Explanation,
  FeatureMaps,
  Forecast,
  Histograms,
  InferRequest,
  InferResponse,
  Job,
  JobComparison,
  ListOf,
  LogLine,
  Model,
  ModelConfiguration,
  ModelMetadata,
  ModelPreset,
  ModelReady,
  ModelStatisticsReport,
  ModelValidation,
  OpenInferenceError,
  ParameterImportances,
  PredictJson,
  PredictResponse,
  ProbeMetrics,
  Problem,
  Project,
  RepositoryIndex,
  RepositoryIndexRequest,
  RepositoryRequest,
  ServerLive,
  ServerMetadata,
  ServerReady,
  ShownEvaluatedImage,
  ShownSample,
  SkippedFileItem,
  StepMetrics,
  Sweep,
  SweepPlot,
  TestWebhook,
  TrainBest,
  Trial,
  UpdateEndpoint,
  UpdateProject,
  Upload,
  ValidateModel,
  WebhookDelivery,
  WebhookTest,
} from '@trainyard/contracts';
import { modelSpecSchema } from '@trainyard/engine';
import { type Static, type TSchema, Type } from 'typebox';
import { idOf, reference } from './reference.js';
import { Health, Readiness, WorkerView } from './server.js';

export const ModelSpec = { ...modelSpecSchema, $id: 'ModelSpec' };

export const ProjectList = listOf(Project);
export const ApiKeyList = listOf(ApiKey);
export const DatasetList = listOf(Dataset);
export const SkippedFileList = listOf(SkippedFileItem);
export const UploadList = listOf(Upload);
export const DatasetSampleList = listOf(ShownSample);
export const ModelList = listOf(Model);
export const ModelPresetList = listOf(ModelPreset);
export const BackboneList = listOf(Backbone);
export const JobList = listOf(Job);
export const EventList = listOf(Event);
export const LogLineList = listOf(LogLine);
export const CheckpointList = listOf(Checkpoint);
export const SweepList = listOf(Sweep);
export const TrialList = listOf(Trial);
export const EndpointList = listOf(Endpoint);
export const EvaluationList = listOf(Evaluation);
export const EvaluatedImageList = listOf(ShownEvaluatedImage);
export const WorkerList = listOf(WorkerView);
export const WebhookDeliveryList = listOf(WebhookDelivery);

export const MetricList = Type.Object(ListOf(Type.Union([EpochMetrics, StepMetrics, ProbeMetrics])).properties, {
  $id: 'MetricList',
});

export const COMPONENTS: readonly TSchema[] = [
  Problem,
  Project,
  CreateProject,
  UpdateProject,
  ProjectList,
  ApiKey,
  CreateApiKey,
  CreatedApiKey,
  ApiKeyList,
  Dataset,
  DatasetList,
  SkippedFileItem,
  SkippedFileList,
  ShownSample,
  DatasetSampleList,
  AugmentPreview,
  Upload,
  UploadList,
  ModelSpec,
  Model,
  CreateModel,
  ValidateModel,
  ModelValidation,
  ModelList,
  ModelPreset,
  ModelPresetList,
  Backbone,
  CreateBackbone,
  BackboneList,
  Job,
  CreateJob,
  JobList,
  JobComparison,
  Forecast,
  Event,
  Evaluation,
  CreateEvaluation,
  EvaluationList,
  ShownEvaluatedImage,
  EvaluatedImageList,
  EventList,
  LogLine,
  LogLineList,
  MetricList,
  Diagnosis,
  Histograms,
  FeatureMaps,
  Embedding,
  Checkpoint,
  CheckpointExport,
  CheckpointList,
  Certificate,
  Sweep,
  CreateSweep,
  SweepList,
  Trial,
  TrialList,
  TrainBest,
  ParameterImportances,
  SweepPlot,
  Endpoint,
  CreateEndpoint,
  UpdateEndpoint,
  EndpointList,
  PredictJson,
  PredictResponse,
  Explanation,
  OpenInferenceError,
  ServerLive,
  ServerReady,
  ServerMetadata,
  ModelMetadata,
  ModelReady,
  ModelConfiguration,
  ModelStatisticsReport,
  InferRequest,
  InferResponse,
  RepositoryIndex,
  RepositoryIndexRequest,
  RepositoryRequest,
  WorkerView,
  WorkerList,
  WebhookDelivery,
  WebhookDeliveryList,
  TestWebhook,
  WebhookTest,
  Health,
  Readiness,
];

function listOf<T extends TSchema>(item: T) {
  return Type.Unsafe<Static<ReturnType<typeof ListOf<T>>>>({ ...ListOf(reference(item)), $id: `${idOf(item)}List` });
}
