// What trainers and workers leave of a look into a network, made up, for tests of routes without a worker.
import { analysisKey, type EmbeddingResult, kernelKey } from '@trainyard/contracts';
import type { Database } from '@trainyard/db';
import { writeSafetensors } from '@trainyard/engine';
import type { ObjectStore } from '@trainyard/storage';

export interface LookedAtBy {
  db: Database;
  store: ObjectStore;
  projectId: string;
}

/** The kernel of an epoch, and an embedding of the split that is chosen where none is named. */
export async function storedLook({ db, store, projectId }: LookedAtBy, checkpointId: string): Promise<void> {
  const { jobId, dataset } = await db.checkpoints.trainedModel(projectId, checkpointId);
  const kernel = { shape: [2, 1, 3, 3], data: Float32Array.from({ length: 18 }, (_, i) => i - 9) };
  const file = writeSafetensors(new Map([['c/kernel', kernel]]), { epoch: '0', filters: '2' });
  await store.write(kernelKey(jobId, 0), file);
  const split = dataset.counts.validation.total > 0 ? 'validation' : 'train';
  const { id } = await db.analyses.request({
    ...{ projectId, jobId, checkpointId, datasetId: dataset.id, kind: 'embedding' },
    request: { checkpoint_id: checkpointId, split },
  });
  const claim = await db.analyses.claim(id, { workerId: 'wrk_test', leaseMs: 60_000 });
  if (!claim) throw new Error('the embedding could not be taken');
  const result: EmbeddingResult = {
    ...{ layer: 'dense', dimensions: 2, split, count: 1, task: 'multiclass', names: dataset.classes },
    explained_variance_ratio: [0.7, 0.3],
    points: [{ index: 0, file: '0.png', x: 1, y: 2, labels: [0] }],
  };
  await store.write(analysisKey(id, 'result.json'), Buffer.from(JSON.stringify(result)));
  await db.analyses.succeed(claim);
}
