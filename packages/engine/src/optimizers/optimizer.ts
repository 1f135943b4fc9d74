/** The rule by which weights follow their gradients. */
import type { Optimizer } from '@trainyard/contracts';
import type { Value } from '../graph/graph.js';

export interface UpdateInput {
  readonly weight: Value;
  readonly gradient: Value;
  /** State of this weight, of its shape, by slot name. */
  readonly slots: Readonly<Record<string, Value>>;
  /** What the host computes for each step, by name. */
  readonly scalars: Readonly<Record<string, Value>>;
}

export interface UpdateOutput {
  readonly weight: Value;
  readonly slots: Readonly<Record<string, Value>>;
}

/** An optimizer whose options are fixed. */
export interface OptimizerRule {
  /** Names of the tensors kept for every weight. */
  readonly slots: readonly string[];
  /** What slots hold at the start; zero for one that is not named. */
  readonly initial?: Readonly<Record<string, number>>;
  /** Names of the numbers that change from step to step. */
  readonly scalars: readonly string[];
  /** Their values in float64 for a step counted from 1. */
  scalarValues(step: number, learningRate: number): Readonly<Record<string, number>>;
  update(input: UpdateInput): UpdateOutput;
}

export type OptimizerOf<T extends Optimizer['type']> = Extract<Optimizer, { type: T }>;

/** One kind of optimizer. A method, so that kinds with different options fit in one record. */
export interface OptimizerDefinition<O extends Optimizer = Optimizer> {
  /** The rule for fixed options, without the weight decay, which is the same for all kinds. */
  rule(options: O): OptimizerRule;
}
