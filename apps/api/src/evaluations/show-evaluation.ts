/** Evaluations as they are shown. */
import {
  checkEvaluationResult,
  EVALUATION_PICTURES,
  type Evaluation,
  type EvaluationKind,
  type EvaluationPicture,
  type EvaluationResult,
  parseEvaluationRequest,
  TrainyardError,
} from '@trainyard/contracts';
import type { Analysis } from '@trainyard/db';
import type { FastifyInstance } from 'fastify';

type Access = Pick<FastifyInstance, 'db' | 'analyses'>;

/** Throws `not_found` for an analysis of another kind too. */
export async function getEvaluationAnalysis({ db }: Access, projectId: string, id: string): Promise<Analysis> {
  const analysis = await db.analyses.get(projectId, id);
  if (analysis.kind === 'evaluation') return analysis;
  throw new TrainyardError('not_found', `There is no evaluation ${id}.`);
}

/** Without its result. */
export function summarizeEvaluation(analysis: Analysis): Evaluation {
  const { id, status, progress, jobId, error, createdAt, endedAt } = analysis;
  const { checkpoint_id, dataset_id, split, temperature_scaling } = parseEvaluationRequest(analysis.request);
  return {
    id,
    object: 'evaluation',
    status,
    progress,
    checkpoint_id,
    job_id: jobId,
    dataset_id,
    split,
    temperature_scaling: temperature_scaling ?? false,
    error,
    pictures: {},
    created_at: createdAt.toISOString(),
    ended_at: endedAt?.toISOString() ?? null,
  };
}

export async function showEvaluation(app: Access, analysis: Analysis): Promise<Evaluation> {
  const evaluation = summarizeEvaluation(analysis);
  if (analysis.status !== 'succeeded') return { ...evaluation, result: null };
  const result = await readEvaluation(app, analysis);
  const pictures = picturesOf(result.task).map((name) => [name, `/v1/evaluations/${analysis.id}/${name}.png`]);
  return { ...evaluation, result, pictures: Object.fromEntries(pictures) };
}

/** Of one that has succeeded. */
export async function readEvaluation({ analyses }: Access, analysis: Analysis): Promise<EvaluationResult> {
  return checkEvaluationResult(await analyses.result(analysis));
}

const OF_NUMBERS: readonly EvaluationPicture[] = ['residuals', 'mistakes'];

export function picturesOf(task: EvaluationKind): EvaluationPicture[] {
  if (task === 'regression') return [...OF_NUMBERS];
  return EVALUATION_PICTURES.filter((name) => name !== 'residuals');
}
