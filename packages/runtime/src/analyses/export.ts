/** Exports a checkpoint as an ONNX file, tries it beside the service, and writes it only where the two agree. */
import {
  analysisKey,
  type ExportResult,
  type ExportTask,
  exportKey,
  type ParityCertificate,
  type TrainedModelTask,
} from '@trainyard/contracts';
import { appendMetadata, countFigures } from '@trainyard/engine';
import { certify } from '../parity/certify.js';
import { parityImages } from '../parity/parity-images.js';
import { fileOutputs, servedOutputs, trainingOutputs } from '../parity/parity-outputs.js';
import { compileCheckpoint, type TrainedCheckpoint } from '../predict/checkpoint-predictor.js';
import type { AnalystTools } from './analyst.js';
import { openTrainedModel, type TrainedNetwork } from './trained-model.js';

const IMAGES_MAX = 256;
const IMAGES_MIN = 16;
/** Of all images together, each of the three ways: a large network is tried on fewer, so that it takes seconds. */
const FLOPS_MAX = 6e10;

/** Throws `checkpoint_corrupt`, `training_diverged` where the model gives no numbers, and `out_of_memory`. */
export async function exportCheckpoint({ analysis_id, model }: ExportTask, tools: AnalystTools): Promise<void> {
  const { store, threads, signal } = tools;
  const report = (fraction: number) => tools.report({ type: 'progress', fraction });
  const compiled = await compileCheckpoint(store, toCheckpoint(model));
  const { onnx } = compiled.graph;
  const network = await openTrainedModel(store, model);
  const images = await parityImages(store, model.dataset, { image: compiled.image, count: imageCount(network) });
  await report(0.2);
  const training = await trainingOutputs(network, model, images, { threads, signal });
  await report(0.5);
  const service = await servedOutputs(compiled, images, { threads });
  await report(0.7);
  const file = await fileOutputs(onnx, compiled, images, { threads, signal });
  const certificate = certify({
    compiled,
    onnx,
    images,
    outputs: { file, service, training },
    checkpointDigest: model.checkpoint.digest,
    dataset: model.dataset,
  });
  const result: ExportResult = {
    certificate,
    onnx: { task: compiled.task, image: compiled.image },
    file: certificate.agrees ? await writeFile(tools, model, onnx, certificate) : null,
  };
  await store.write(analysisKey(analysis_id, 'result.json'), new TextEncoder().encode(JSON.stringify(result)));
}

async function writeFile(
  { store }: Pick<AnalystTools, 'store'>,
  { checkpoint }: TrainedModelTask,
  onnx: Uint8Array,
  certificate: ParityCertificate,
): Promise<ExportResult['file']> {
  const certified = appendMetadata(onnx, 'certificate', JSON.stringify(certificate));
  return store.write(exportKey(checkpoint.id, checkpoint.digest), certified);
}

/** By the cost of an image alone, so that it is the same each time. */
function imageCount({ model }: TrainedNetwork): number {
  const affordable = Math.floor(FLOPS_MAX / Math.max(countFigures(model, 1).forward_flops, 1));
  return Math.min(IMAGES_MAX, Math.max(IMAGES_MIN, affordable));
}

function toCheckpoint({ checkpoint, spec, training, dataset }: TrainedModelTask): TrainedCheckpoint {
  const { key: storageKey, digest } = checkpoint;
  return { storageKey, digest, spec, normalization: training.normalization, dataset };
}
