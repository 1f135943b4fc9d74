/** An evaluation that has to have ended before anything of it can be shown. */
import { type EvaluationResult, TrainyardError } from '@trainyard/contracts';
import type { FastifyInstance } from 'fastify';
import { getEvaluationAnalysis, readEvaluation } from './show-evaluation.js';

/** How long a request waits for it. */
export const WAIT_MS = 20_000;

/** Throws `conflict` for one that takes longer than a request waits, and the error of one that has failed. */
export async function endedEvaluation(app: FastifyInstance, projectId: string, id: string): Promise<EvaluationResult> {
  const asked = await getEvaluationAnalysis(app, projectId, id);
  const analysis = await app.analyses.wait(asked, WAIT_MS);
  if (analysis.status === 'queued' || analysis.status === 'running') {
    throw new TrainyardError('conflict', `The evaluation is ${analysis.status}. Wait until its status is succeeded.`);
  }
  return readEvaluation(app, analysis);
}
