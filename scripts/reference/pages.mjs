// The pages of docs/reference/, as texts.
import { layersPage } from './layers-page.mjs';
import { trainingPage } from './training-page.mjs';

/** @returns {Promise<{ path: string, text: string }[]>} */
export async function referencePages() {
  const { TrainingOptions } = await import('@trainyard/contracts');
  const { modelSpecSchema, presets } = await import('@trainyard/engine');
  return [
    { path: 'docs/reference/layers.md', text: layersPage(modelSpecSchema, Object.values(presets)) },
    { path: 'docs/reference/training.md', text: trainingPage(TrainingOptions) },
  ];
}
