/** A training step's graph as onnxruntime gets it, and how the state lies in its inputs and outputs. */
import type { Graph } from '../graph/graph.js';
import type { Shape } from '../graph/tensor-type.js';
import { storedShape } from '../lowering/blocked/kernel-layout.js';
import { type BlockedGraph, lowerBlocked } from '../lowering/blocked/lower-blocked.js';
import { lower } from '../lowering/lower.js';
import { halfProductsLowering } from '../lowering/portable/half-products.js';
import { lowerPortable } from '../lowering/portable/index.js';
import { withoutDetours } from '../lowering/without-detours.js';
import type { OptimizerRule } from '../optimizers/optimizer.js';
import type { LossScale } from './loss-scale.js';
import { type PackedGroup, packState } from './packed-state.js';
import { entriesOf, type StateTensor, type WeightState } from './state.js';
import { gradientName } from './update.js';

/** What goes into one run comes out of the one before. */
export interface CarriedTensor {
  readonly input: string;
  readonly output: string;
  readonly shape: Shape;
}

export interface LoweredStep {
  readonly graph: Graph;
  readonly state: readonly StateTensor[];
  readonly carried: readonly CarriedTensor[];
}

interface BuiltStep {
  readonly graph: Graph;
  readonly state: readonly WeightState[];
  readonly packed: readonly PackedGroup[];
  readonly rule: OptimizerRule;
  readonly lossScale: LossScale | null;
}

/** @param block lanes of the blocked layout; null for the portable lowering */
export function lowerStep(
  step: BuiltStep,
  { block, averageDecay }: { block: number | null; averageDecay: number | null },
): LoweredStep {
  const { graph: lowered, layouts } = block === null ? portable(step) : blocked(step, block);
  const packed = packState(lowered, step.packed, { rule: step.rule, averageDecay });
  const tensors = [...step.state.flatMap(entriesOf), ...(step.lossScale?.state ?? [])].map(({ tensor }) => tensor);
  const state = tensors.map((tensor) => ({
    ...tensor,
    layout: layouts.get(tensor.input) ?? null,
    ...packed.tensors.get(tensor.name),
  }));
  return { graph: withoutDetours(packed.graph), state, carried: carriedOf(state) };
}

function portable({ graph, lossScale }: BuiltStep): BlockedGraph {
  return { graph: lossScale ? lower(graph, halfProductsLowering) : lowerPortable(graph), layouts: new Map() };
}

function blocked({ graph, state }: BuiltStep, block: number): BlockedGraph {
  const entries = state.flatMap((weight) =>
    entriesOf(weight).map(({ tensor }) => ({ tensor, of: weight.weight.tensor })),
  );
  const gradients = state.map(({ weight: { tensor } }) => [gradientName(tensor.name), tensor.input] as const);
  return lowerBlocked(
    graph,
    { block, likeWeights: new Map(entries.map(({ tensor, of }) => [tensor.input, of.input])) },
    new Map([...entries.map(({ tensor }) => [tensor.output, tensor.input] as const), ...gradients]),
  );
}

function carriedOf(state: readonly StateTensor[]): CarriedTensor[] {
  const all = state.map(({ input, output, shape, layout, packed }) => ({
    input,
    output,
    shape: packed ? [packed.size] : layout ? storedShape(layout) : shape,
  }));
  return [...new Map(all.map((tensor) => [tensor.input, tensor])).values()];
}
