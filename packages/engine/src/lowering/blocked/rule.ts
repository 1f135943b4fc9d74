/** What a rule of the blocked lowering has to work with. */
import type { Graph, Node, Value } from '../../graph/graph.js';
import type { KernelLayout } from './kernel-layout.js';
import type { Placed, Placements } from './placements.js';

export interface BlockedContext {
  readonly target: Graph;
  readonly block: number;
  readonly places: Placements;
  /** Of the weights of a convolution that is computed in blocks; null of all others. */
  kernelLayout(weights: Value): KernelLayout | null;
  /** That of the weights whose gradient a `ConvWeightGradient` gives. */
  gradientLayout(node: Node): KernelLayout | null;
  /** The one node that uses a value which is no output of the graph; null where there are more. */
  soleUse(value: Value): Node | null;
  /** Says that a later node is computed already, by this rule. */
  include(node: Node, outputs: readonly Placed[]): void;
  /** A constant of the target, made once for each key. */
  constant(key: string, make: () => Value): Value;
}

/** Null where the node is computed in the plain layout. */
export type BlockedRule = (node: Node, context: BlockedContext) => readonly Placed[] | null;
