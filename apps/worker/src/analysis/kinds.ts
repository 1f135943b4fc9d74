/** How what was asked for becomes a task, by kind of analysis. A new kind is listed here. */
import type { AnalysisKind, AnalysisTask } from '@trainyard/contracts';
import type { AnalysisClaim, Database } from '@trainyard/db';
import type { WorkerContext } from '../context.js';
import { describeEmbedding } from './embedding.js';
import { describeEvaluation } from './evaluation.js';
import { describeExport } from './export.js';
import { describeFeatureMaps } from './feature-maps.js';
import { describeForecast } from './forecast.js';

/** Looks up all that the child has to know. Throws `not_found` where something of it was deleted meanwhile. */
export type Describe = (
  db: Database,
  claim: AnalysisClaim,
  worker: Pick<WorkerContext, 'devices'>,
) => Promise<AnalysisTask>;

export const DESCRIBE: Readonly<Record<AnalysisKind, Describe>> = {
  evaluation: describeEvaluation,
  feature_maps: describeFeatureMaps,
  embedding: describeEmbedding,
  forecast: describeForecast,
  export: describeExport,
};
