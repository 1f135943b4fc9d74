/** Predicts every image of a split with a trained model and says how good the predictions are. */
import { analysisKey, type EvaluationTask } from '@trainyard/contracts';
import { packDataset } from '@trainyard/datasets';
import type { AnalystTools } from './analyst.js';
import { openEvaluator, openTrainedModel } from './trained-model.js';

export async function evaluate(task: EvaluationTask, { store, threads, signal, report }: AnalystTools): Promise<void> {
  const network = await openTrainedModel(store, task.model);
  const data = await packDataset(store, task.dataset.id, { ...network.model.image, fit: task.fit });
  try {
    const evaluator = await openEvaluator(network, task.model, { device: 'cpu', threads });
    try {
      await report({ type: 'progress', fraction: 0 });
      const metrics = await evaluator.evaluate(network.tensors, data.splits[task.split], signal);
      const result = new TextEncoder().encode(JSON.stringify({ split: task.split, metrics }));
      await store.write(analysisKey(task.analysis_id, 'result.json'), result);
    } finally {
      await evaluator.release();
    }
  } finally {
    await data.close();
  }
}
