/** The task of feature maps. */
import { type AnalysisTask, parseFeatureMapsRequest } from '@trainyard/contracts';
import type { AnalysisClaim, Database } from '@trainyard/db';
import { trainedModelTask } from './task-parts.js';

export async function describeFeatureMaps(
  db: Database,
  { id, projectId, request }: AnalysisClaim,
): Promise<AnalysisTask> {
  const { checkpoint_id, layer, image } = parseFeatureMapsRequest(request);
  const model = trainedModelTask(await db.checkpoints.trainedModel(projectId, checkpoint_id));
  return { kind: 'feature_maps', analysis_id: id, model, layer, image };
}
