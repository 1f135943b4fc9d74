/** Who works on which kind of analysis; each is loaded when it is asked for. A new kind is listed here. */
import type { AnalysisTask } from '@trainyard/contracts';
import type { Analyst, AnalystTools } from './analyst.js';

type Analysts = { readonly [K in AnalysisTask['kind']]: () => Promise<Analyst<Extract<AnalysisTask, { kind: K }>>> };

const ANALYSTS: Analysts = {
  evaluation: async () => (await import('./evaluation.js')).evaluate,
  feature_maps: async () => (await import('./feature-maps.js')).featureMaps,
  embedding: async () => (await import('./embedding.js')).embed,
  forecast: async () => (await import('./forecast.js')).forecast,
  export: async () => (await import('./export.js')).exportCheckpoint,
};

/** Works on an analysis and writes its files under `analyses/<id>/`. Throws what the kind throws. */
export async function analyse<K extends AnalysisTask['kind']>(
  task: Extract<AnalysisTask, { kind: K }>,
  tools: AnalystTools,
): Promise<void> {
  const load: () => Promise<Analyst<Extract<AnalysisTask, { kind: K }>>> = ANALYSTS[task.kind as K];
  const analyst = await load();
  return analyst(task, tools);
}
