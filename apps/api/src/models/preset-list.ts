/** The ready-made models as the API shows them. */
import { type List, type ModelPreset, resolveOptimizer } from '@trainyard/contracts';
import { type Preset, parseModelSpec, presets } from '@trainyard/engine';
import type { Summarizer } from '../summaries/summarizer.js';

/** The classes that the figures are for. */
const CLASSES = 10;

/** All of them, on one page. */
export async function presetList(summaries: Summarizer): Promise<List<ModelPreset>> {
  const data = await Promise.all(Object.values(presets).map((preset) => toModelPreset(preset, summaries)));
  return { object: 'list', data, has_more: false, next_cursor: null };
}

async function toModelPreset(preset: Preset, summaries: Summarizer): Promise<ModelPreset> {
  const { id, name, summary: description, spec, training } = preset;
  const summary = await summaries.summarize({
    spec: parseModelSpec(spec),
    data: { image: spec.input, classes: CLASSES },
    batchSize: training.batch_size,
    optimizer: resolveOptimizer(training.optimizer),
  });
  return { id, object: 'model_preset', name, description, spec, training, summary };
}
