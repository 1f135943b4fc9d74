/** The rule by which weights follow their gradients. */
import type { Optimizer } from '@trainyard/contracts';
import type { Value } from '../graph/graph.js';

export interface UpdateInput {
  readonly weight: Value;
  readonly gradient: Value;
  /** State of this weight, of its shape, by slot name; all zeros at the start. */
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
  /** Names of the numbers that change from step to step. */
  readonly scalars: readonly string[];
  /** Their values in float64 for a step counted from 1. */
  scalarValues(step: number, learningRate: number): Readonly<Record<string, number>>;
  update(input: UpdateInput): UpdateOutput;
}

/** Builds the rule of one kind of optimizer from its options. */
export type OptimizerFactory<T extends Optimizer['type']> = (options: Extract<Optimizer, { type: T }>) => OptimizerRule;
