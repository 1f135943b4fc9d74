/** The tensors that a training step takes in and gives back changed: weights, running statistics, slots and averages. */
import type { Graph, Value } from '../graph/graph.js';
import type { Shape } from '../graph/tensor-type.js';
import type { KernelLayout } from '../lowering/blocked/kernel-layout.js';
import type { Model, ModelParameter } from '../model/model.js';
import { parameterName } from '../model/parameters.js';
import type { OptimizerRule } from '../optimizers/optimizer.js';

/** The place of a tensor among several in one vector. */
export interface PackedPlace {
  readonly offset: number;
  /** Elements of the whole vector. */
  readonly size: number;
}

/** A float32 tensor that is carried from run to run. */
export interface StateTensor {
  readonly name: string;
  readonly input: string;
  readonly output: string;
  readonly shape: Shape;
  /** How the compiled step has its elements, where that is not the plain order of `shape`. */
  readonly layout?: KernelLayout | null;
  /** Where it is in its input and output, if these hold several tensors one behind the other. */
  readonly packed?: PackedPlace | null;
  /** `parameter` for weights and running statistics, `slot` for the optimizer's own, `average` for averaged weights. */
  readonly role: 'parameter' | 'slot' | 'average';
  /** What it holds before the first step: the model's initial weights, a number, or what another tensor holds. */
  readonly start: 'initial' | number | { readonly copyOf: string };
}

export interface StateEntry {
  readonly value: Value;
  readonly tensor: StateTensor;
}

/** What belongs to one weight. */
export interface WeightState {
  readonly parameter: ModelParameter;
  readonly weight: StateEntry;
  readonly slots: Readonly<Record<string, StateEntry>>;
  readonly average: StateEntry | null;
}

/** Names of averaged weights. Names of layers hold no slash, so these are never a weight's own. */
export const AVERAGE_PREFIX = 'average/';

export function averageName(parameter: string): string {
  return AVERAGE_PREFIX + parameter;
}

export function declareState(graph: Graph, model: Model, rule: OptimizerRule, averaged: boolean): WeightState[] {
  const declare = ({ name, shape, role, start }: Omit<StateTensor, 'input' | 'output'>): StateEntry => ({
    value: graph.input(name, 'float32', shape),
    tensor: { name, input: name, output: `${name}:next`, shape, role, start },
  });
  const weights = model.parameters.map((parameter) => {
    const { shape } = parameter;
    return {
      parameter,
      weight: declare({ name: parameterName(parameter), shape, role: 'parameter', start: 'initial' }),
    };
  });
  return weights.map(({ parameter, weight }) => {
    const { name, shape } = weight.tensor;
    const isTrained = parameter.trainable !== false;
    const slots = (isTrained ? rule.slots : []).map((slot) => {
      const start = rule.initial?.[slot] ?? 0;
      return [slot, declare({ name: `optimizer/${slot}/${name}`, shape, role: 'slot', start })] as const;
    });
    const isAveraged = averaged && isTrained;
    return {
      parameter,
      weight,
      slots: Object.fromEntries(slots),
      average: isAveraged
        ? declare({ name: averageName(name), shape, role: 'average', start: { copyOf: name } })
        : null,
    };
  });
}

export function entriesOf({ weight, slots, average }: WeightState): StateEntry[] {
  return [weight, ...Object.values(slots), ...(average ? [average] : [])];
}

/** The weights that a trained model is used with: the averaged ones where there are such. */
export function servedParameters<T>(tensors: ReadonlyMap<string, T>): Map<string, T> {
  return new Map([...tensors].map(([name, tensor]) => [name, tensors.get(averageName(name)) ?? tensor]));
}
