/** Parts that the tasks of several kinds of analysis have. */
import type { TaskDataset, TrainedModelTask } from '@trainyard/contracts';
import type { DatasetContent, TrainedModel } from '@trainyard/db';

export function taskDataset(content: DatasetContent): TaskDataset {
  const { id, digest, task, classes, targets, image, fit, stats } = content;
  return { id, digest, task, classes, targets, image, fit, stats };
}

export function trainedModelTask({
  checkpointId,
  storageKey,
  digest,
  spec,
  training,
  dataset,
}: TrainedModel): TrainedModelTask {
  const checkpoint = { id: checkpointId, key: storageKey, digest };
  return { checkpoint, spec, training, dataset: taskDataset(dataset) };
}
