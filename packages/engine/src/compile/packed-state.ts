/**
 * Small tensors of a training's state in one vector each for weights, slots and averages, so that the optimizer's few passes
 * run once over all of them: a step of a deep network has hundreds of them, whose nodes cost more than their numbers.
 */
import { Graph, type Value } from '../graph/graph.js';
import { type Shape, sizeOf } from '../graph/tensor-type.js';
import { moveNodes } from '../lowering/lower.js';
import { concat } from '../ops/concat.js';
import { reshape } from '../ops/reshape.js';
import { split } from '../ops/split.js';
import { averageWeight } from '../optimizers/average.js';
import type { OptimizerRule } from '../optimizers/optimizer.js';
import { type Keep, keepWhere } from './loss-scale.js';
import { entriesOf, type PackedPlace, type StateEntry, type StateTensor, type WeightState } from './state.js';
import { ALL_FINITE, gradientName } from './update.js';

/** Above this, the time that a tensor's passes take is that of its numbers. */
const ELEMENTS_MAX = 65_536;

/** Weights that follow their gradients by the same rule with the same numbers. */
export interface PackedGroup {
  readonly members: readonly WeightState[];
  readonly scalars: Readonly<Record<string, Value>>;
}

/** A constraint takes norms over axes of one weight, so it keeps a weight out. */
export function packedGroups(
  state: readonly WeightState[],
  scalarsOf: (layer: string) => Readonly<Record<string, Value>>,
): PackedGroup[] {
  const groups = new Map<Readonly<Record<string, Value>>, WeightState[]>();
  for (const entry of state) {
    const { layer, shape, trainable, constraint } = entry.parameter;
    if (trainable === false || constraint || sizeOf(shape) > ELEMENTS_MAX) continue;
    const scalars = scalarsOf(layer);
    groups.set(scalars, [...(groups.get(scalars) ?? []), entry]);
  }
  return [...groups].filter(([, { length }]) => length > 1).map(([scalars, members]) => ({ members, scalars }));
}

/** Input and output that stand for those of one tensor. */
export type PackedTensor = Pick<StateTensor, 'input' | 'output'> & { readonly packed: PackedPlace };

export interface PackedGraph {
  readonly graph: Graph;
  /** By the name of the tensor. */
  readonly tensors: ReadonlyMap<string, PackedTensor>;
}

/**
 * @param lowered takes the weights as they are stored, and gives gradients that lie in the same order
 */
export function packState(
  lowered: Graph,
  groups: readonly PackedGroup[],
  options: { rule: OptimizerRule; averageDecay: number | null },
): PackedGraph {
  const graph = new Graph();
  const moved = new Map<Value, Value>();
  const inputs = new Map(lowered.inputs.map((input) => [input.name, input]));
  const input = (name: string): Value => inputs.get(name) ?? missing(name);
  const away = new Set(groups.flatMap(({ members }) => members.flatMap(entriesOf).map(({ tensor }) => tensor.input)));
  for (const value of lowered.inputs) {
    if (!away.has(value.name)) moved.set(value, graph.input(value.name, value.dtype, value.shape));
  }
  const packs = groups.map((group, i) => {
    const shapes = group.members.map(({ weight }) => input(weight.tensor.input).shape);
    const pack = new Pack(graph, { group, prefix: `packed/${i}`, shapes });
    pack.weights.forEach((value, at) => {
      moved.set(input(group.members[at].weight.tensor.input), value);
    });
    return pack;
  });
  moveNodes(lowered, moved, graph);
  const given = new Map([...lowered.outputs].map(([name, value]) => [name, moved.get(value) ?? missing(name)]));
  const scalar = ({ name }: Value) => moved.get(input(name)) ?? missing(name);
  const keep = keepWhere(given.get(ALL_FINITE) ?? null);
  for (const pack of packs) pack.update((name) => given.get(name) ?? missing(name), scalar, { ...options, keep });
  const gradients = new Set(
    groups.flatMap(({ members }) => members.map(({ weight }) => gradientName(weight.tensor.name))),
  );
  gradients.add(ALL_FINITE);
  for (const [name, value] of given) if (!gradients.has(name)) graph.output(name, value);
  return { graph, tensors: new Map(packs.flatMap((pack) => [...pack.tensors()])) };
}

/** One group in a graph. */
class Pack {
  /** In the members' order. */
  readonly weights: readonly Value[];
  readonly #group: PackedGroup;
  readonly #prefix: string;
  readonly #sizes: readonly number[];
  /** The vectors: `weight`, each slot's name, `average`. */
  readonly #vectors: ReadonlyMap<string, Value>;

  constructor(graph: Graph, of: { group: PackedGroup; prefix: string; shapes: readonly Shape[] }) {
    this.#group = of.group;
    this.#prefix = of.prefix;
    this.#sizes = of.shapes.map(sizeOf);
    const [first] = of.group.members;
    this.#vectors = new Map(
      [...rolesOf(first).keys()].map((role) => [role, graph.input(this.#input(role), 'float32', [this.#size])]),
    );
    this.weights = split(this.#vector('weight'), 0, this.#sizes).map((part, i) => reshape(part, of.shapes[i]));
  }

  /** Adds the update, whose results are outputs. */
  update(
    gradientOf: (name: string) => Value,
    scalar: (source: Value) => Value,
    { rule, averageDecay, keep }: { rule: OptimizerRule; averageDecay: number | null; keep: Keep },
  ): void {
    const weight = this.#vector('weight');
    const { members, scalars } = this.#group;
    const parts = members.map((member, i) =>
      reshape(gradientOf(gradientName(member.weight.tensor.name)), [this.#sizes[i]]),
    );
    const after = rule.update({
      weight,
      gradient: concat(parts, 0),
      slots: Object.fromEntries(rule.slots.map((slot) => [slot, this.#vector(slot)])),
      scalars: Object.fromEntries(Object.entries(scalars).map(([name, value]) => [name, scalar(value)])),
    });
    const { graph } = weight;
    const next = keep(after.weight, weight);
    graph.output(this.#output('weight'), next);
    for (const slot of rule.slots) graph.output(this.#output(slot), keep(after.slots[slot], this.#vector(slot)));
    const average = this.#vectors.get('average');
    if (average && averageDecay !== null) {
      graph.output(this.#output('average'), keep(averageWeight(average, next, averageDecay), average));
    }
  }

  *tensors(): Iterable<[string, PackedTensor]> {
    let offset = 0;
    for (const [i, member] of this.#group.members.entries()) {
      for (const [role, { tensor }] of rolesOf(member)) {
        yield [
          tensor.name,
          { input: this.#input(role), output: this.#output(role), packed: { offset, size: this.#size } },
        ];
      }
      offset += this.#sizes[i];
    }
  }

  get #size(): number {
    return this.#sizes.reduce((sum, size) => sum + size, 0);
  }

  #vector(role: string): Value {
    return this.#vectors.get(role) ?? missing(role);
  }

  #input(role: string): string {
    return `${this.#prefix}/${role}`;
  }

  #output(role: string): string {
    return `${this.#input(role)}:next`;
  }
}

/** What there is of each weight, by the name that its vector has. */
function rolesOf({ weight, slots, average }: WeightState): Map<string, StateEntry> {
  const all = new Map([['weight', weight], ...Object.entries(slots)]);
  return average ? all.set('average', average) : all;
}

function missing(name: string): never {
  throw new Error(`the step has no ${name}`);
}
