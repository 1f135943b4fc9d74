/** The ready-made models as the API shows them. */
import type { List, ModelPreset } from '@trainyard/contracts';
import { buildModel, type Preset, parseModelSpec, presets, summarizeModel } from '@trainyard/engine';

/** The classes that the figures are for. */
const CLASSES = 10;
const BATCH_SIZE = 32;

let shown: ModelPreset[] | undefined;

/** All of them, on one page. */
export function presetList(): List<ModelPreset> {
  shown ??= Object.values(presets).map(toModelPreset);
  return { object: 'list', data: shown, has_more: false, next_cursor: null };
}

function toModelPreset({ id, name, summary: description, spec, training }: Preset): ModelPreset {
  const model = buildModel(parseModelSpec(spec), { image: spec.input, classes: CLASSES });
  const summary = summarizeModel(model, training.batch_size ?? BATCH_SIZE);
  return { id, object: 'model_preset', name, description, spec, training, summary };
}
