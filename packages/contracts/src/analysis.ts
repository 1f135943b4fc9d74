/**
 * Analyses: work on trained models that is asked for outside of a training. Each kind has a request, which is stored, a
 * task, which its child process gets, and files, which it leaves under `analyses/<id>/`: `result.json` last.
 */
import { type Static, Type } from 'typebox';
import { EmbeddingTask } from './analyses/embedding.js';
import { EvaluationTask } from './analyses/evaluation.js';
import { ExportTask } from './analyses/export.js';
import { FeatureMapsTask } from './analyses/feature-maps.js';
import { ForecastTask } from './analyses/forecast.js';
import type { IdKind } from './ids.js';
import { Strict } from './schema.js';

/** Each is the kind of its ids as well. */
export const ANALYSIS_KINDS = [
  'evaluation',
  'feature_maps',
  'embedding',
  'forecast',
  'export',
] as const satisfies readonly IdKind[];
export type AnalysisKind = (typeof ANALYSIS_KINDS)[number];

export const ANALYSIS_STATUSES = ['queued', 'running', 'succeeded', 'failed'] as const;
export type AnalysisStatus = (typeof ANALYSIS_STATUSES)[number];

/** All that the process that works on an analysis has to know. */
export const AnalysisTask = Type.Union([EvaluationTask, FeatureMapsTask, EmbeddingTask, ForecastTask, ExportTask]);
export type AnalysisTask = Static<typeof AnalysisTask>;

/** What it tells meanwhile; its results are files. */
export const AnalysisReport = Strict({
  type: Type.Literal('progress'),
  fraction: Type.Number({ minimum: 0, maximum: 1 }),
});
export type AnalysisReport = Static<typeof AnalysisReport>;

/** The key of a file of an analysis in the object store. */
export function analysisKey(id: string, file: string): string {
  return `analyses/${id}/${file}`;
}
