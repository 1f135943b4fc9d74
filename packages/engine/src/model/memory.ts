/**
 * How much memory a lowered graph takes while onnxruntime runs it: its nodes in onnxruntime's order, each output living
 * until its last use, with the buffers shared where onnxruntime shares them.
 */
import type { Graph, Node, Value } from '../graph/graph.js';
import { type DType, sizeOf, type TensorType } from '../graph/tensor-type.js';
import { attributesOf } from '../lowering/attributes.js';
import { type BlockedConvAttributes, blockedConvOp } from '../ops/blocked/conv.js';

const ELEMENT_BYTES: Readonly<Record<DType, number>> = {
  float32: 4,
  float64: 8,
  float16: 2,
  int8: 1,
  int32: 4,
  int64: 8,
  uint8: 1,
  bool: 1,
};

/** Operators whose output is their first input's buffer under another shape. */
const VIEWS: ReadonlySet<string> = new Set(['Reshape']);

/** Operators that may write over an input of the same size that nothing needs any more. */
const IN_PLACE: ReadonlySet<string> = new Set([
  ...['Abs', 'Add', 'Clip', 'Div', 'Elu', 'Erf', 'Exp', 'HardSigmoid', 'LeakyRelu', 'Log', 'Mul', 'Neg', 'Not'],
  ...['Relu', 'ScatterElements', 'Selu', 'Sigmoid', 'Softplus', 'Sqrt', 'Sub', 'Tanh'],
]);

export function bytesOf({ dtype, shape }: TensorType): number {
  return ELEMENT_BYTES[dtype] * sizeOf(shape);
}

/**
 * The most bytes that the results of nodes take at once. Inputs and constants are not counted; the graph's outputs are,
 * from when they are computed to the end.
 */
export function peakBytes(graph: Graph): number {
  const { nodes, identity } = withoutRepetition(executionOrder(graph));
  const memory = new BufferMemory(nodes, identity, [...graph.outputs.values()]);
  for (const node of nodes) memory.run(node);
  return memory.peak;
}

/**
 * onnxruntime's order: depth first from the nodes whose results no other node takes, the last such node first, and from
 * each node into the input that was added last first.
 */
function executionOrder({ nodes }: Graph): Node[] {
  const places = new Map(nodes.map((node, place) => [node, place]));
  const producers = new Map(nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const used = new Set(nodes.flatMap(({ inputs }) => inputs));
  const order: Node[] = [];
  const entered = new Set<Node>();
  const stack = nodes
    .filter(({ outputs }) => !outputs.some((output) => used.has(output)))
    .map((node) => ({ node, isDone: false }));
  for (let top = stack.pop(); top; top = stack.pop()) {
    const { node, isDone } = top;
    if (isDone) order.push(node);
    if (isDone || entered.has(node)) continue;
    entered.add(node);
    stack.push({ node, isDone: true });
    const before = node.inputs.flatMap((input) => producers.get(input) ?? []);
    before.sort((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0));
    for (const producer of before) if (!entered.has(producer)) stack.push({ node: producer, isDone: false });
  }
  return order;
}

/** onnxruntime computes equal nodes once. `identity` gives the value that stands for another. */
function withoutRepetition(order: readonly Node[]): { nodes: Node[]; identity: (value: Value) => Value } {
  const replaced = new Map<Value, Value>();
  const identity = (value: Value) => replaced.get(value) ?? value;
  const known = new Map<string, Node>();
  const nodes = order.filter((node) => {
    const inputs = node.inputs.map((input) => identity(input).name);
    const key = `${node.op.type} ${inputs.join(' ')} ${JSON.stringify(node.attributes)}`;
    const same = known.get(key);
    if (!same) known.set(key, node);
    else for (const [i, output] of node.outputs.entries()) replaced.set(output, identity(same.outputs[i]));
    return same === undefined;
  });
  return { nodes, identity };
}

interface Buffer {
  readonly bytes: number;
  /** How many times nodes will still take it. */
  uses: number;
  /** Whether it stays to the end. */
  readonly isKept: boolean;
}

class BufferMemory {
  peak = 0;
  #current = 0;
  readonly #buffers = new Map<Value, Buffer>();
  readonly #uses = new Map<Value, number>();
  readonly #kept: ReadonlySet<Value>;
  readonly #identity: (value: Value) => Value;
  /** Transposes that the matrix product behind them does by itself. */
  readonly #fused: ReadonlySet<Node>;

  constructor(nodes: readonly Node[], identity: (value: Value) => Value, outputs: readonly Value[]) {
    this.#identity = identity;
    this.#kept = new Set(outputs.map(identity));
    for (const { inputs } of nodes) {
      for (const input of inputs.map(identity)) this.#uses.set(input, (this.#uses.get(input) ?? 0) + 1);
    }
    this.#fused = fusedTransposes(nodes, identity);
  }

  run(node: Node): void {
    const inputs = node.inputs.map(this.#identity);
    node.outputs.forEach((output, i) => {
      this.#place(node, inputs, output, i);
    });
    this.peak = Math.max(this.peak, this.#current);
    for (const input of inputs) this.#release(this.#buffers.get(input));
    for (const output of node.outputs) if (!this.#uses.has(output)) this.#free(this.#buffers.get(output));
  }

  #place(node: Node, inputs: readonly Value[], output: Value, i: number): void {
    const uses = this.#uses.get(output) ?? 0;
    const shared = i === 0 ? this.#sharedBuffer(node, inputs, output) : undefined;
    if (shared) {
      shared.uses += uses;
      this.#buffers.set(output, shared);
      return;
    }
    const buffer = { bytes: bytesOf(output), uses, isKept: this.#kept.has(output) };
    this.#current += buffer.bytes;
    this.#buffers.set(output, buffer);
  }

  /** The input's buffer that holds the output as well; results of the graph have their own. */
  #sharedBuffer(node: Node, inputs: readonly Value[], output: Value): Buffer | undefined {
    if (this.#kept.has(output)) return undefined;
    if (VIEWS.has(node.op.type) || this.#fused.has(node)) return this.#buffers.get(inputs[0]);
    const bytes = bytesOf(output);
    return mayBeOverwritten(node, inputs)
      .map((input) => this.#buffers.get(input))
      .find((buffer) => buffer && !buffer.isKept && buffer.uses === 1 && buffer.bytes === bytes);
  }

  #release(buffer: Buffer | undefined): void {
    if (!buffer) return;
    buffer.uses -= 1;
    this.#free(buffer);
  }

  #free(buffer: Buffer | undefined): void {
    if (buffer && buffer.uses === 0 && !buffer.isKept) this.#current -= buffer.bytes;
  }
}

/** A convolution in blocks adds to its sum, which comes last, where that lies. */
function mayBeOverwritten({ op, attributes }: Node, inputs: readonly Value[]): readonly Value[] {
  if (op === blockedConvOp) return attributesOf<BlockedConvAttributes>({ attributes }).hasSum ? inputs.slice(-1) : [];
  return IN_PLACE.has(op.type) ? inputs : [];
}

/** Those that swap the last two axes and feed matrix products alone. */
function fusedTransposes(nodes: readonly Node[], identity: (value: Value) => Value): Set<Node> {
  const others = new Set(nodes.flatMap(({ op, inputs }) => (op.type === 'MatMul' ? [] : inputs.map(identity))));
  return new Set(nodes.filter(({ op, outputs: [output] }) => op.type === 'Transpose' && !others.has(output)));
}
