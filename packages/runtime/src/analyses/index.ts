/** Who works on which kind of analysis. A new kind is listed here. */
import type { AnalysisTask } from '@trainyard/contracts';
import type { Analyst, AnalystTools } from './analyst.js';
import { embed } from './embedding.js';
import { evaluate } from './evaluation.js';
import { exportCheckpoint } from './export.js';
import { featureMaps } from './feature-maps.js';
import { forecast } from './forecast.js';

type Analysts = { readonly [K in AnalysisTask['kind']]: Analyst<Extract<AnalysisTask, { kind: K }>> };

const ANALYSTS: Analysts = {
  evaluation: evaluate,
  feature_maps: featureMaps,
  embedding: embed,
  forecast,
  export: exportCheckpoint,
};

/** Works on an analysis and writes its files under `analyses/<id>/`. Throws what the kind throws. */
export function analyse<K extends AnalysisTask['kind']>(
  task: Extract<AnalysisTask, { kind: K }>,
  tools: AnalystTools,
): Promise<void> {
  const analyst: Analyst<Extract<AnalysisTask, { kind: K }>> = ANALYSTS[task.kind as K];
  return analyst(task, tools);
}
