// Exports of checkpoints worked on in this process, for tests of routes without a worker.
import { EXPORT_VERSION, type ExportRequest, toErrorRecord } from '@trainyard/contracts';
import type { Analysis, Database } from '@trainyard/db';
import { analyse } from '@trainyard/runtime';
import type { ObjectStore } from '@trainyard/storage';
import { until } from './serving.js';

export interface ExportedBy {
  db: Database;
  store: ObjectStore;
  projectId: string;
}

/** What a worker leaves when somebody has asked for the ONNX file of a checkpoint. */
export async function storedExport(by: ExportedBy, checkpointId: string): Promise<void> {
  const { db, projectId } = by;
  const { jobId, digest, dataset } = await db.checkpoints.trainedModel(projectId, checkpointId);
  const request: ExportRequest = { checkpoint_id: checkpointId, checkpoint_digest: digest, version: EXPORT_VERSION };
  const about = { jobId, checkpointId, datasetId: dataset.id };
  await workOn(by, await db.analyses.request({ projectId, kind: 'export', request, ...about }));
}

/** Works on the export of a checkpoint once somebody asks for it, as a worker does. */
export async function exportOnceAsked(by: ExportedBy, checkpointId: string): Promise<void> {
  const { data } = await until(
    () => by.db.analyses.list(by.projectId, { kind: 'export', checkpointId }),
    ({ data: [newest] }) => newest?.status === 'queued',
  );
  await workOn(by, data[0]);
}

async function workOn({ db, store, projectId }: ExportedBy, { id, checkpointId }: Analysis): Promise<void> {
  const claim = await db.analyses.claim(id, { workerId: 'wrk_test', leaseMs: 60_000 });
  if (!claim) throw new Error('the export could not be taken');
  const trained = await db.checkpoints.trainedModel(projectId, checkpointId ?? '');
  const { digest, storageKey: key, spec, training, dataset } = trained;
  const model = { checkpoint: { id: trained.checkpointId, key, digest }, spec, training, dataset };
  const tools = { store, threads: 1, signal: new AbortController().signal, report: async () => {} };
  try {
    await analyse({ kind: 'export', analysis_id: id, model }, tools);
  } catch (error) {
    return db.analyses.fail(claim, toErrorRecord(error));
  }
  await db.analyses.succeed(claim);
}
