/** How the answers of two checkpoints to the same images agree. */
import type { PredictionTask } from '@trainyard/contracts';
import { type AnswerForm, chosenClass, chosenLabels } from './answer-form.js';
import type { Comparison } from './endpoint-statistics.js';

interface Rows {
  task: PredictionTask;
  /** A row for each image. */
  outputs: Float32Array;
}

/** Images agree in their class, or in their whole set of labels. Numbers of a regression are not said to agree. */
export function compareAnswers(given: Rows, other: Rows, form: AnswerForm): Comparison {
  const width = form.labels.length;
  const images = given.outputs.length / width;
  let agreed = 0;
  for (let row = 0; row < images; row++) {
    const of = ({ task, outputs }: Rows) => decisionOf(outputs.subarray(row * width, (row + 1) * width), task, form);
    if (given.task !== 'regression' && of(given) === of(other)) agreed++;
  }
  let differenceSum = 0;
  let differenceMax = 0;
  for (const [place, value] of given.outputs.entries()) {
    const difference = Math.abs(value - other.outputs[place]);
    differenceSum += difference;
    differenceMax = Math.max(differenceMax, difference);
  }
  return { images, agreed, values: given.outputs.length, differenceSum, differenceMax };
}

function decisionOf(row: Float32Array, task: PredictionTask, form: AnswerForm): string {
  return task === 'multilabel' ? chosenLabels(row, form).join() : String(chosenClass(row, task, form));
}
