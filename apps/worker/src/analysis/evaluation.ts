/** The task of an evaluation. */
import { type AnalysisTask, parseEvaluationRequest } from '@trainyard/contracts';
import type { AnalysisClaim, Database } from '@trainyard/db';
import { taskDataset, trainedModelTask } from './task-parts.js';

export async function describeEvaluation(
  db: Database,
  { id, projectId, request }: AnalysisClaim,
): Promise<AnalysisTask> {
  const { checkpoint_id, dataset_id, split, temperature_scaling } = parseEvaluationRequest(request);
  const model = await db.checkpoints.trainedModel(projectId, checkpoint_id);
  const dataset = await db.datasets.content(projectId, dataset_id);
  return {
    kind: 'evaluation',
    analysis_id: id,
    model: trainedModelTask(model),
    dataset: taskDataset(dataset),
    fit: model.dataset.fit,
    split,
    temperature_scaling: temperature_scaling ?? false,
  };
}
