/** Every route that needs a key. A new route is listed here. */
import { authentication, RememberedKeys } from '@trainyard/http';
import type { FastifyPluginAsync } from 'fastify';
import { idempotency } from '../idempotency/idempotency.js';
import { createBackbone } from './backbones/create-backbone.js';
import { deleteBackbone } from './backbones/delete-backbone.js';
import { getBackbone } from './backbones/get-backbone.js';
import { listBackbones } from './backbones/list-backbones.js';
import { downloadCheckpoint } from './checkpoints/download-checkpoint.js';
import { getCertificate } from './checkpoints/get-certificate.js';
import { getCheckpoint } from './checkpoints/get-checkpoint.js';
import { getDemo } from './checkpoints/get-demo.js';
import { addImages } from './datasets/add-images.js';
import { createDataset } from './datasets/create-dataset.js';
import { deleteDataset } from './datasets/delete-dataset.js';
import { getDataset } from './datasets/get-dataset.js';
import { getHistogram } from './datasets/get-histogram.js';
import { getPreview } from './datasets/get-preview.js';
import { listDatasetEvents } from './datasets/list-dataset-events.js';
import { listDatasets } from './datasets/list-datasets.js';
import { listSamples } from './datasets/list-samples.js';
import { listSkippedFiles } from './datasets/list-skipped-files.js';
import { previewAugmentation } from './datasets/preview-augmentation.js';
import { createEndpoint } from './endpoints/create-endpoint.js';
import { deleteEndpoint } from './endpoints/delete-endpoint.js';
import { explain } from './endpoints/explain.js';
import { getEndpoint } from './endpoints/get-endpoint.js';
import { listEndpoints } from './endpoints/list-endpoints.js';
import { predict } from './endpoints/predict.js';
import { updateEndpoint } from './endpoints/update-endpoint.js';
import { createEvaluation } from './evaluations/create-evaluation.js';
import { getEvaluation } from './evaluations/get-evaluation.js';
import { getEvaluationPicture } from './evaluations/get-evaluation-picture.js';
import { listEvaluatedImages } from './evaluations/list-evaluated-images.js';
import { listEvaluations } from './evaluations/list-evaluations.js';
import { createForecast } from './forecasts/create-forecast.js';
import { getForecast } from './forecasts/get-forecast.js';
import { cancelJob } from './jobs/cancel-job.js';
import { compareCurves } from './jobs/compare-curves.js';
import { compareJobs } from './jobs/compare-jobs.js';
import { createJob } from './jobs/create-job.js';
import { deleteJob } from './jobs/delete-job.js';
import { getDiagnosis } from './jobs/get-diagnosis.js';
import { getJobEvaluation } from './jobs/get-evaluation.js';
import { getJob } from './jobs/get-job.js';
import { listCheckpoints } from './jobs/list-checkpoints.js';
import { listEvents } from './jobs/list-events.js';
import { listJobs } from './jobs/list-jobs.js';
import { listLogs } from './jobs/list-logs.js';
import { listMetrics } from './jobs/list-metrics.js';
import { pauseJob } from './jobs/pause-job.js';
import { resumeJob } from './jobs/resume-job.js';
import { stopJob } from './jobs/stop-job.js';
import { createKey } from './keys/create-key.js';
import { listKeys } from './keys/list-keys.js';
import { revokeKey } from './keys/revoke-key.js';
import { createFeatureMaps } from './look-inside/create-feature-maps.js';
import { getEmbedding } from './look-inside/get-embedding.js';
import { getHistograms } from './look-inside/get-histograms.js';
import { getKernels } from './look-inside/get-kernels.js';
import { createModel } from './models/create-model.js';
import { deleteModel } from './models/delete-model.js';
import { getModel } from './models/get-model.js';
import { listModels } from './models/list-models.js';
import { listPresets } from './models/list-presets.js';
import { validateModel } from './models/validate-model.js';
import { openInference } from './open-inference/open-inference.js';
import { createProject } from './projects/create-project.js';
import { listProjects } from './projects/list-projects.js';
import { updateProject } from './projects/update-project.js';
import { listWorkers } from './server/list-workers.js';
import { cancelSweep } from './sweeps/cancel-sweep.js';
import { createSweep } from './sweeps/create-sweep.js';
import { deleteSweep } from './sweeps/delete-sweep.js';
import { getSweep } from './sweeps/get-sweep.js';
import { listSweeps } from './sweeps/list-sweeps.js';
import { listTrials } from './sweeps/list-trials.js';
import { sweepImportance } from './sweeps/sweep-importance.js';
import { sweepParallelCoordinates } from './sweeps/sweep-parallel-coordinates.js';
import { sweepScatter } from './sweeps/sweep-scatter.js';
import { trainBest } from './sweeps/train-best.js';
import { uploads } from './uploads/uploads.js';
import { listDeliveries } from './webhooks/list-deliveries.js';
import { replayDelivery } from './webhooks/replay-delivery.js';
import { testWebhook } from './webhooks/test-webhook.js';

const ROUTES = [
  createProject,
  listProjects,
  updateProject,
  createKey,
  listKeys,
  revokeKey,
  createDataset,
  addImages,
  listDatasets,
  getDataset,
  deleteDataset,
  getPreview,
  getHistogram,
  listSamples,
  previewAugmentation,
  listDatasetEvents,
  listSkippedFiles,
  uploads,
  createModel,
  validateModel,
  listModels,
  listPresets,
  getModel,
  deleteModel,
  createBackbone,
  listBackbones,
  getBackbone,
  deleteBackbone,
  createForecast,
  getForecast,
  compareJobs,
  compareCurves,
  createJob,
  listJobs,
  getJob,
  cancelJob,
  pauseJob,
  resumeJob,
  stopJob,
  deleteJob,
  listEvents,
  listLogs,
  listMetrics,
  getDiagnosis,
  listCheckpoints,
  getCheckpoint,
  downloadCheckpoint,
  getCertificate,
  getDemo,
  getKernels,
  getHistograms,
  createFeatureMaps,
  getEmbedding,
  getJobEvaluation,
  createEvaluation,
  listEvaluations,
  getEvaluation,
  getEvaluationPicture,
  listEvaluatedImages,
  createSweep,
  listSweeps,
  getSweep,
  listTrials,
  cancelSweep,
  deleteSweep,
  trainBest,
  sweepImportance,
  sweepParallelCoordinates,
  sweepScatter,
  createEndpoint,
  listEndpoints,
  getEndpoint,
  updateEndpoint,
  deleteEndpoint,
  listWorkers,
  listDeliveries,
  replayDelivery,
  testWebhook,
];

/** What is passed on to the inference server, by the thousand: its keys are remembered for a second. */
const PASSED_ON = [predict, explain, openInference];

export const keyedRoutes: FastifyPluginAsync = async (app) => {
  await app.register(async (scope) => {
    await scope.register(authentication, { keys: app.db.keys });
    await scope.register(idempotency);
    for (const route of ROUTES) await scope.register(route);
  });
  await app.register(async (scope) => {
    await scope.register(authentication, { keys: new RememberedKeys(app.db.keys) });
    for (const route of PASSED_ON) await scope.register(route);
  });
};
