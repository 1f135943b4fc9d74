/** Adds a backbone's nodes to a graph: as operations that have gradients, or kept as they are. */
import type { Value } from '../graph/graph.js';
import { transpose } from '../ops/transpose.js';
import { type BackboneGraph, type BackboneNode, type Operand, OUTPUT } from './graph.js';
import { applyKept } from './kept/apply.js';
import { AttributeReader, type ReplayContext, UnsupportedNode } from './operator.js';
import { operators } from './operators/index.js';

/**
 * @param images float32 [N, C, H, W]
 * @returns what comes out of the last node
 * @throws UnsupportedNode and ShapeError where an image of that size does not fit
 */
export function replay(graph: BackboneGraph, images: Value, context: ReplayContext): Value {
  const nodes = new Replay(enter(graph, images), context);
  let last = nodes.value(0);
  for (const node of graph.nodes) last = nodes.add(node);
  return last;
}

/** The images as the file wants them. */
export function enter({ layout }: Pick<BackboneGraph, 'layout'>, images: Value): Value {
  return layout === 'nhwc' ? transpose(images, [0, 2, 3, 1]) : images;
}

/** Nodes one after another, each with what those before it gave. */
export class Replay {
  readonly #context: ReplayContext;
  readonly #isTraced: boolean;
  /** By the place that operands have: the images, then the first output of each node. */
  readonly #values: Value[];
  /** All outputs of a kept node, by its place. */
  readonly #outputs = new Map<number, readonly Value[]>();

  /** @param isTraced whether the number of images is `TRACED_BATCH` */
  constructor(images: Value, context: ReplayContext, { isTraced = false }: { isTraced?: boolean } = {}) {
    this.#values = [images];
    this.#context = context;
    this.#isTraced = isTraced;
  }

  value(operand: Operand): Value {
    const value = typeof operand === 'string' ? this.#context.parameter(operand) : this.#values[operand];
    if (value) return value;
    throw new UnsupportedNode(`the value ${operand} is used before it is computed`);
  }

  /** What the node gives first. */
  add(node: BackboneNode): Value {
    const inputs = node.inputs.map((operand) => this.value(operand));
    const outputs = this.#apply(node, inputs);
    if (outputs.length > 1) this.#outputs.set(this.#values.length, outputs);
    this.#values.push(outputs[0]);
    return outputs[0];
  }

  #apply({ op, inputs: operands, attributes, kept }: BackboneNode, inputs: readonly Value[]): readonly Value[] {
    if (kept) return applyKept(op, kept, inputs, { images: this.#values[0], isTraced: this.#isTraced });
    const reader = new AttributeReader(attributes);
    if (op === OUTPUT) return [this.#output(operands[0], reader.number('index'))];
    const operator = Object.hasOwn(operators, op) ? operators[op] : undefined;
    if (!operator) throw new UnsupportedNode(`expected a known operator; received "${op}"`);
    return [operator.apply(inputs, reader, { ...this.#context, operands })];
  }

  #output(operand: Operand | undefined, index: number): Value {
    const value = typeof operand === 'number' ? this.#outputs.get(operand)?.[index] : undefined;
    if (value) return value;
    throw new UnsupportedNode(`the value ${operand} has no output ${index}`);
  }
}
