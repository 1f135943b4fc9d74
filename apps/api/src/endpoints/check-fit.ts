/** Whether a checkpoint can take the place of another: clients are to get answers of the same form. */
import { outputNames, TrainyardError } from '@trainyard/contracts';
import type { TrainedModel } from '@trainyard/db';
import { predictionTask } from './prediction-task.js';

/** Throws `invalid_request` that points to where the other checkpoint was named. Its image size may differ. */
export function checkFit(present: TrainedModel, other: TrainedModel, pointer: string): void {
  const detail = taskMismatch(present, other) ?? outputMismatch(present, other);
  if (detail === null) return;
  const remedy = `${detail} Make an endpoint of its own for this checkpoint.`;
  throw new TrainyardError('invalid_request', remedy, { errors: [{ pointer, detail }] });
}

function taskMismatch(present: TrainedModel, other: TrainedModel): string | null {
  const [expected, received] = [predictionTask(present), predictionTask(other)];
  if (expected === received) return null;
  return `Expected a checkpoint of the task ${expected}, as the endpoint's; ${other.checkpointId} is of ${received}.`;
}

/** The order counts as well: tensors have no names for their columns. */
function outputMismatch(present: TrainedModel, other: TrainedModel): string | null {
  const [expected, received] = [outputNames(present.dataset), outputNames(other.dataset)];
  if (expected.length !== received.length) {
    return `Expected a checkpoint of ${expected.length} classes, as the endpoint's; ${other.checkpointId} has ${received.length}.`;
  }
  const place = expected.findIndex((name, index) => name !== received[index]);
  if (place === -1) return null;
  return `Expected a checkpoint whose output ${place} is ${JSON.stringify(expected[place])}, as the endpoint's; of ${other.checkpointId} it is ${JSON.stringify(received[place])}.`;
}
