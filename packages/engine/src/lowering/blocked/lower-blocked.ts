/**
 * The lowering for CPUs whose onnxruntime has the blocked layout. Images stay in blocks from one operation to the next;
 * where an operation has no rule here they are brought back, and the portable lowering's rule is used.
 */
import { Graph, isGenerated, type Node, type Value } from '../../graph/graph.js';
import { sameShape } from '../../graph/tensor-type.js';
import type { ConvGradientAttributes } from '../../ops/conv.js';
import { attributesOf } from '../attributes.js';
import { neededValues, rewrite } from '../lower.js';
import { portableLowering } from '../portable/index.js';
import { type KernelLayout, storedShape } from './kernel-layout.js';
import { kernelLayouts } from './kernel-layouts.js';
import { type Placed, Placements } from './placements.js';
import type { BlockedContext, BlockedRule } from './rule.js';
import { blockedRules } from './rules.js';

export interface BlockedOptions {
  /** Lanes of a vector register: 16 with AVX-512, 8 with AVX2. */
  readonly block: number;
  /** Inputs that hold something for each element of a weight, by name, with the weight's own input. */
  readonly likeWeights?: ReadonlyMap<string, string>;
  /** By the type of the operation. */
  readonly rules?: Readonly<Record<string, BlockedRule>>;
}

export interface BlockedGraph {
  readonly graph: Graph;
  /** Inputs, and outputs, whose elements lie as weights are stored. */
  readonly layouts: ReadonlyMap<string, KernelLayout>;
}

/** @param carried outputs by name, with the input that they replace in the next step */
export function lowerBlocked(
  source: Graph,
  { block, likeWeights = new Map(), rules = blockedRules }: BlockedOptions,
  carried: ReadonlyMap<string, string> = new Map(),
): BlockedGraph {
  const target = new Graph();
  const places = new Placements(target, block);
  const needed = neededValues(source);
  const kernels = kernelLayouts(source, { needed, block });
  const byName = new Map([...kernels].map(([weights, layout]) => [weights.name, layout]));
  const layouts = new Map<string, KernelLayout>();
  for (const input of source.inputs) {
    const layout = carried.size > 0 ? byName.get(likeWeights.get(input.name) ?? input.name) : undefined;
    if (layout) layouts.set(input.name, layout);
    const shape = layout ? storedShape(layout) : input.shape;
    places.put(input, { value: target.input(input.name, input.dtype, shape), layout: layout ?? 'plain' });
  }
  for (const constant of source.constants) {
    if (needed.has(constant)) places.put(constant, { value: copyConstant(constant, target), layout: 'plain' });
  }
  const context = new Context(source, { places, kernels, needed });
  for (const node of source.nodes) {
    if (context.isDone(node) || !node.outputs.some((output) => needed.has(output))) continue;
    const outputs = rules[node.op.type]?.(node, context) ?? portably(node, places);
    context.place(node, outputs);
  }
  for (const [name, value] of source.outputs) {
    const layout = layouts.get(carried.get(name) ?? '');
    if (layout) layouts.set(name, layout);
    target.output(name, layout ? places.stored(value, layout) : places.plain(value));
  }
  return { graph: target, layouts };
}

function portably(node: Node, places: Placements): Placed[] {
  const inputs = node.inputs.map((input) => places.plain(input));
  return rewrite(places.target, node, inputs, portableLowering).map((value) => ({ value, layout: 'plain' }));
}

function copyConstant(value: Value, target: Graph): Value {
  const { constant, dtype, shape, name } = value;
  if (!constant) throw new Error(`${name} is no constant`);
  if (shape.length === 0 && constant instanceof Float32Array) return target.scalar(constant[0]);
  return target.constant(dtype, shape, constant, isGenerated(name) ? undefined : name);
}

class Context implements BlockedContext {
  readonly target: Graph;
  readonly block: number;
  readonly places: Placements;
  readonly #kernels: ReadonlyMap<Value, KernelLayout>;
  readonly #uses = new Map<Value, Node[]>();
  readonly #kept: ReadonlySet<Value>;
  readonly #done = new Set<Node>();
  readonly #constants = new Map<string, Value>();

  constructor(
    source: Graph,
    of: { places: Placements; kernels: ReadonlyMap<Value, KernelLayout>; needed: ReadonlySet<Value> },
  ) {
    this.places = of.places;
    this.target = of.places.target;
    this.block = of.places.block;
    this.#kernels = of.kernels;
    this.#kept = new Set(source.outputs.values());
    for (const node of source.nodes) {
      if (!node.outputs.some((output) => of.needed.has(output))) continue;
      for (const input of new Set(node.inputs)) this.#uses.set(input, [...(this.#uses.get(input) ?? []), node]);
    }
  }

  kernelLayout(weights: Value): KernelLayout | null {
    return this.#kernels.get(weights) ?? null;
  }

  gradientLayout({ inputs: [x], attributes }: Node): KernelLayout | null {
    const { shape } = attributesOf<ConvGradientAttributes>({ attributes });
    const conv = this.#uses
      .get(x)
      ?.find(({ op, inputs }) => op.type === 'Conv' && inputs[0] === x && sameShape(inputs[1].shape, shape));
    return conv ? this.kernelLayout(conv.inputs[1]) : null;
  }

  soleUse(value: Value): Node | null {
    const uses = this.#uses.get(value) ?? [];
    return uses.length === 1 && !this.#kept.has(value) ? uses[0] : null;
  }

  include(node: Node, outputs: readonly Placed[]): void {
    this.place(node, outputs);
    this.#done.add(node);
  }

  place(node: Node, outputs: readonly Placed[]): void {
    for (const [i, output] of node.outputs.entries()) this.places.put(output, outputs[i]);
  }

  isDone(node: Node): boolean {
    return this.#done.has(node);
  }

  constant(key: string, make: () => Value): Value {
    const known = this.#constants.get(key) ?? make();
    this.#constants.set(key, known);
    return known;
  }
}
