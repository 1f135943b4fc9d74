// Exports of checkpoints worked on in this process, for tests of routes without a worker.
import { EXPORT_VERSION, type ExportRequest } from '@trainyard/contracts';
import type { Database } from '@trainyard/db';
import { analyse } from '@trainyard/runtime';
import type { ObjectStore } from '@trainyard/storage';

export interface ExportedBy {
  db: Database;
  store: ObjectStore;
  projectId: string;
}

/** What a worker leaves when somebody has asked for the ONNX file of a checkpoint. */
export async function storedExport({ db, store, projectId }: ExportedBy, checkpointId: string): Promise<void> {
  const { jobId, digest, storageKey, spec, training, dataset } = await db.checkpoints.trainedModel(
    projectId,
    checkpointId,
  );
  const request: ExportRequest = { checkpoint_id: checkpointId, checkpoint_digest: digest, version: EXPORT_VERSION };
  const about = { jobId, checkpointId, datasetId: dataset.id };
  const { id } = await db.analyses.request({ projectId, kind: 'export', request, ...about });
  const claim = await db.analyses.claim(id, { workerId: 'wrk_test', leaseMs: 60_000 });
  if (!claim) throw new Error('the export could not be taken');
  const model = { checkpoint: { id: checkpointId, key: storageKey, digest }, spec, training, dataset };
  const tools = { store, threads: 1, signal: new AbortController().signal, report: async () => {} };
  await analyse({ kind: 'export', analysis_id: id, model }, tools);
  await db.analyses.succeed(claim);
}
