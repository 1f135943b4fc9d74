/** The task of an export. */
import { type AnalysisTask, parseExportRequest, TrainyardError } from '@trainyard/contracts';
import type { AnalysisClaim, Database } from '@trainyard/db';
import { trainedModelTask } from './task-parts.js';

/** Throws `conflict` where the checkpoint was written again since it was asked for. */
export async function describeExport(db: Database, { id, projectId, request }: AnalysisClaim): Promise<AnalysisTask> {
  const { checkpoint_id, checkpoint_digest } = parseExportRequest(request);
  const model = await db.checkpoints.trainedModel(projectId, checkpoint_id);
  if (model.digest !== checkpoint_digest) {
    throw new TrainyardError('conflict', 'The checkpoint was written again meanwhile. Ask for its export again.');
  }
  return { kind: 'export', analysis_id: id, model: trainedModelTask(model) };
}
