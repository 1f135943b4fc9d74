// An evaluation that has succeeded, whose predictions are made up, for tests of routes without a worker.
import { evaluatePredictions } from '@trainyard/analysis';
import { analysisKey, EVALUATION_FILES, type EvaluationResult } from '@trainyard/contracts';
import type { Database } from '@trainyard/db';
import type { ObjectStore } from '@trainyard/storage';

export interface EvaluatedBy {
  db: Database;
  store: ObjectStore;
  projectId: string;
}

/** Answers its id: of the checkpoint on the test split of the data that it was trained on. */
export async function storedEvaluation({ db, store, projectId }: EvaluatedBy, checkpointId: string): Promise<string> {
  const { jobId, dataset } = await db.checkpoints.trainedModel(projectId, checkpointId);
  const { id } = await db.analyses.request({
    ...{ projectId, jobId, checkpointId, datasetId: dataset.id, kind: 'evaluation' },
    request: { checkpoint_id: checkpointId, dataset_id: dataset.id, split: 'test' },
  });
  const claim = await db.analyses.claim(id, { workerId: 'wrk_test', leaseMs: 60_000 });
  if (!claim) throw new Error('the evaluation could not be taken');
  const names = dataset.classes;
  const count = 3 * names.length;
  const labels = Int32Array.from({ length: count }, (_, row) => row % names.length);
  const predictions = Float32Array.from({ length: count * names.length }, (_, i) => ((7 * i) % 5) / 10);
  const result: EvaluationResult = {
    ...evaluatePredictions({ task: 'multiclass', count, names, predictions, labels }, (row) => `${row}.png`),
    split: 'test',
    metrics: { loss: 1 },
  };
  const places = Array.from({ length: count }, (_, row) => row);
  const pixels = { version: 1, width: 2, height: 2, channels: 1, places };
  await store.write(analysisKey(id, EVALUATION_FILES.pixels), new Uint8Array(4 * count));
  await store.write(analysisKey(id, EVALUATION_FILES.pixelIndex), Buffer.from(JSON.stringify(pixels)));
  await store.write(analysisKey(id, 'result.json'), Buffer.from(JSON.stringify(result)));
  await db.analyses.succeed(claim);
  return id;
}
