/** The task of an embedding. */
import { type AnalysisTask, parseEmbeddingRequest } from '@trainyard/contracts';
import type { AnalysisClaim, Database } from '@trainyard/db';
import { trainedModelTask } from './task-parts.js';

export async function describeEmbedding(
  db: Database,
  { id, projectId, request }: AnalysisClaim,
): Promise<AnalysisTask> {
  const { checkpoint_id, split } = parseEmbeddingRequest(request);
  const model = trainedModelTask(await db.checkpoints.trainedModel(projectId, checkpoint_id));
  return { kind: 'embedding', analysis_id: id, model, split };
}
