/** ONNX files of checkpoints: asking for one, waiting for it, and what is refused. */
import {
  type CheckpointExport,
  checkExportResult,
  EXPORT_VERSION,
  type ExportRequest,
  type ExportResult,
  exportKey,
  type ParityCertificate,
  type ParityComparison,
  TrainyardError,
} from '@trainyard/contracts';
import type { Analysis, TrainedModel } from '@trainyard/db';
import type { FastifyInstance } from 'fastify';
import { hasEnded, WAIT_MS } from '../look-inside/analysed-checkpoint.js';
import type { StoredFile } from './verify-stored.js';

type Access = Pick<FastifyInstance, 'db' | 'analyses' | 'store'>;

export interface ExportedCheckpoint {
  model: TrainedModel;
  analysis: Analysis;
  /** Null while it is made. */
  result: ExportResult | null;
}

/**
 * The export of a checkpoint as it is now, after a wait of up to 20 s. Throws `not_found`, and what the export failed
 * with, for example `checkpoint_corrupt`.
 */
export async function exportOf(app: Access, projectId: string, checkpointId: string): Promise<ExportedCheckpoint> {
  const model = await app.db.checkpoints.trainedModel(projectId, checkpointId);
  const asked = await requestExport(app, model);
  const analysis = await app.analyses.wait(asked, WAIT_MS);
  if (!hasEnded(analysis)) return { model, analysis, result: null };
  return { model, analysis, result: checkExportResult(await app.analyses.result(analysis)) };
}

/** Where the file of one that has succeeded was lost, another is made. */
async function requestExport(app: Access, model: TrainedModel): Promise<Analysis> {
  const { projectId, jobId, checkpointId, digest } = model;
  const request: ExportRequest = { checkpoint_id: checkpointId, checkpoint_digest: digest, version: EXPORT_VERSION };
  const asked = { projectId, kind: 'export', request, jobId, checkpointId, datasetId: model.dataset.id } as const;
  const analysis = await app.analyses.request(asked);
  if (analysis.status !== 'succeeded') return analysis;
  const { file } = checkExportResult(await app.analyses.result(analysis));
  const isThere = file === null || (await app.store.stat(exportKey(checkpointId, digest))) !== null;
  return isThere ? analysis : app.analyses.request({ ...asked, maxAgeMs: 0 });
}

/** The ONNX file. Throws `parity_failed` where it disagrees with the service. */
export function onnxFileOf({ model, result }: ExportedCheckpoint & { result: ExportResult }): StoredFile {
  if (result.file === null) throw disagrees(result.certificate);
  return { key: exportKey(model.checkpointId, model.digest), bytes: result.file.bytes };
}

/** What is answered in the place of an export that is still made. */
export function showExport({ analysis, model }: Omit<ExportedCheckpoint, 'result'>): CheckpointExport {
  const { id, status, progress, error } = analysis;
  return { id, object: 'export', checkpoint_id: model.checkpointId, status, progress, error };
}

function disagrees({ images, service, training }: ParityCertificate): TrainyardError {
  const detail =
    `On ${images.count} images the exported file differs by ${figures(service)} from what endpoints answer, and by ` +
    `${figures(training)} from what the training measured. No file is given out. Use another checkpoint, and report ` +
    'this with the certificate: its weights may be so large that float32 numbers lose their digits.';
  return new TrainyardError('parity_failed', detail);
}

function figures({ largest_difference, tolerance }: ParityComparison): string {
  return `up to ${largest_difference.toPrecision(3)} (tolerance ${tolerance})`;
}
