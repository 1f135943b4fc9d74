/** What the engine knows of one kind of metric: figures that are gathered batch by batch, outside the graph. */
import type { Metric } from '@trainyard/contracts';
import type { Task } from '../model/head.js';

/** Class indices (multiclass, binary), or rows · width numbers (multilabel, regression). */
export type Labels = Int32Array | Float32Array;

export interface MetricAccumulator {
  /**
   * @param predictions rows · width numbers, as `predictionsOf` gives them
   * @param rows how many rows count; further ones are left out
   */
  add(predictions: Float32Array, labels: Labels, rows: number): void;
  /** The figures over all rows so far, by name. They are never NaN. */
  values(): Record<string, number>;
  /** What it has gathered, as finite numbers that `restore` of a metric with the same options takes. */
  save(): number[];
  /** Goes on from what `save` gave, so that what follows is bit for bit as if it had never ended. */
  restore(saved: readonly number[]): void;
}

export interface MetricContext {
  readonly task: Task;
  /** Numbers of one row of predictions: classes (2 where binary), labels or targets. */
  readonly width: number;
  /** Names of the classes or labels; their indices where left out. */
  readonly classes?: readonly string[];
}

/** Methods are used (not function properties) so that metrics with different options fit in one record. */
export interface MetricDefinition<M extends Metric = Metric> {
  readonly type: M['type'];
  /** One sentence for the documentation. */
  readonly summary: string;
  readonly tasks: readonly Task[];
  /** Whether it must keep every prediction, so that it is too much for figures that run along with the training. */
  readonly keepsPredictions: boolean;
  create(context: MetricContext, options: M): MetricAccumulator;
}

export type MetricOf<T extends Metric['type']> = Extract<Metric, { readonly type: T }>;
