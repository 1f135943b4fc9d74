/** The certificate that an exported file carries: what it was tried on, and how far it was from the service. */
import { createHash } from 'node:crypto';
import type { ParityCertificate, TaskDataset } from '@trainyard/contracts';
import type { TrainedPredictor } from '@trainyard/engine';
import { runtimeVersion } from '../session.js';
import { compareOutputs, isWithin } from './compare-outputs.js';
import type { ParityImages } from './parity-images.js';

const VERSION = 1;

/**
 * The file and the service run one graph; only the size of the batch differs, and with it the order in which float32
 * numbers are added.
 */
const SERVICE_TOLERANCE = 1e-5;
/** The graph of the training is another one: what onnxruntime folds into constants there, it computes here. */
const TRAINING_TOLERANCE = 1e-4;

export interface Tried {
  compiled: TrainedPredictor;
  /** The file before it has a certificate. */
  onnx: Uint8Array;
  images: ParityImages;
  /** Float32 [count, width] each. */
  outputs: { file: Float32Array; service: Float32Array; training: Float32Array };
  /** `sha256:` and the hash of the checkpoint's file. */
  checkpointDigest: string;
  dataset: Pick<TaskDataset, 'digest'>;
}

export function certify({ compiled, onnx, images, outputs, checkpointDigest, dataset }: Tried): ParityCertificate {
  const compared = { task: compiled.task, width: compiled.labels.length };
  const service = compareOutputs(outputs.file, outputs.service, { ...compared, tolerance: SERVICE_TOLERANCE });
  const training = compareOutputs(outputs.file, outputs.training, { ...compared, tolerance: TRAINING_TOLERANCE });
  return {
    version: VERSION,
    agrees: isWithin(service) && isWithin(training),
    images: images.about,
    largest_difference: Math.max(service.largest_difference, training.largest_difference),
    service,
    training,
    digests: {
      checkpoint: checkpointDigest,
      dataset: dataset.digest === null ? null : `sha256:${dataset.digest}`,
      graph: { sha256: createHash('sha256').update(onnx).digest('hex'), bytes: onnx.length },
    },
    onnxruntime_version: runtimeVersion(),
  };
}
