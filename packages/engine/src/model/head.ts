/** What a model's end is for: the task, the number of outputs and the activation that gives them. */
import type { DatasetTask } from '@trainyard/contracts';
import { describeFeatures, type FeatureShape } from '../layers/layer.js';

/** A data set of two classes also serves a binary model. */
export type Task = DatasetTask | 'binary';

export interface Head {
  readonly task: Task;
  readonly units: number;
  /** Name of the last layer's activation. */
  readonly activation: string;
  /** Of a regression that ends in "linear" and whose targets are known: its outputs are standardised targets. */
  readonly targets?: TargetScale;
}

/** Mean and deviation of each target over the train split. */
export interface TargetScale {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** An end that does not fit the data: the argument that it is about, and what was expected and received. */
export class HeadError extends Error {
  readonly argument: string | null;

  constructor(argument: string | null, message: string) {
    super(message);
    this.name = 'HeadError';
    this.argument = argument;
  }
}

/** @throws HeadError where the outputs are not as many as the data asks for */
export function headOf(
  output: FeatureShape,
  activation: string,
  { task, classes, targets }: { readonly task?: DatasetTask; readonly classes: number; readonly targets?: TargetScale },
): Head {
  if (output.kind !== 'vector') {
    throw new HeadError(
      null,
      `expected the last layer to give a vector of outputs; received ${describeFeatures(output)}. ` +
        'Add global_average_pooling2d or flatten, and a dense layer',
    );
  }
  const { units } = output;
  if (task === undefined) return { task: guess(units, activation), units, activation };
  if (task === 'multiclass' && classes === 2 && units === 1) return { task: 'binary', units, activation };
  if (units === classes) {
    const isScaled = task === 'regression' && activation === 'linear' && targets !== undefined;
    return { task, units, activation, ...(isScaled ? { targets } : {}) };
  }
  const binary = task === 'multiclass' && classes === 2 ? ' (or 1 with "sigmoid")' : '';
  throw new HeadError(
    'units',
    `expected ${classes}, the number of ${NOUNS[task]} in the data set, or "classes"${binary}; received ${units}`,
  );
}

/** What a model's end can be for where no data is known: the guess first. */
export function possibleHeads(head: Head): Head[] {
  const tasks: Task[] = head.units === 1 ? ['binary', 'regression'] : ['multiclass', 'multilabel', 'regression'];
  return [head, ...tasks.filter((task) => task !== head.task).map((task) => ({ ...head, task }))];
}

const NOUNS: Readonly<Record<DatasetTask, string>> = {
  multiclass: 'classes',
  multilabel: 'labels',
  regression: 'targets',
};

function guess(units: number, activation: string): Task {
  if (activation === 'softmax') return 'multiclass';
  if (activation === 'sigmoid') return units === 1 ? 'binary' : 'multilabel';
  return 'regression';
}
