/**
 * The compiler's intermediate form: a list of nodes in the order they were added, each applying an operation to values
 * whose types are known. Adding a node infers and checks its types at once, so a graph that exists is well typed.
 */
import { type DType, describeShape, type Shape, ShapeError, sizeOf, type TensorType } from './tensor-type.js';

export type ConstantData = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;

/** A tensor in a graph: an input, a constant or the output of a node. */
export class Value implements TensorType {
  readonly graph: Graph;
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
  readonly constant: ConstantData | null;

  constructor(graph: Graph, name: string, type: TensorType, constant: ConstantData | null = null) {
    this.graph = graph;
    this.name = name;
    this.dtype = type.dtype;
    this.shape = type.shape;
    this.constant = constant;
  }
}

/** The vocabulary of a gradient rule. `gradients[i]` belongs to `outputs[i]`, null where nothing depends on it. */
export interface GradientArguments<A> {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly gradients: readonly (Value | null)[];
  readonly attributes: A;
  /** Whether the gradient of input i is wanted; a rule may leave out (null) what is not. */
  wanted(i: number): boolean;
}

/** How an operation is written as an ONNX operator of the same type. */
export interface OnnxForm<A> {
  /** The operator, where its name differs from the operation's. */
  readonly type?: string;
  /** The operator set that it is of, where that is not ONNX' own; version 1. */
  readonly domain?: string;
  /** For each input of the operator the place among the operation's inputs; null where it is left out. */
  slots?(attributes: A): readonly (number | null)[];
  /** The attributes that ONNX has as attributes, with the type that it gives them. */
  readonly attributes?: { readonly [K in keyof A]?: 'int' | 'ints' | 'float' | 'floats' | 'string' | 'dtype' };
  /** What ONNX wants as constant int64 inputs, after the tensors: 1-D, in order. */
  constants?(attributes: A): readonly (readonly number[])[];
  /** How it is written in sets of operators from a version on, where ONNX has changed it. */
  readonly newer?: { readonly from: number; readonly form: OnnxForm<A> };
  /** For a node of another file, which is written as that has it. */
  kept?(attributes: A): KeptForm;
}

/** A node of another file: what of it is no tensor. */
export interface KeptForm {
  readonly type: string;
  readonly domain: string;
  /** The version of the domain's operators that it is written in. */
  readonly version: number;
  /** Each the bytes of an AttributeProto. */
  readonly attributeBytes: readonly Uint8Array[];
  /** For each input of the file's node the place among the operation's inputs; null where it is left out. */
  readonly slots: readonly (number | null)[];
}

/**
 * One operation. Methods are used (not function properties) so that definitions with different attributes fit in one
 * record.
 */
export interface OpDefinition<A extends object = object> {
  readonly type: string;
  /** Types of the outputs. Throws a `ShapeError` when the inputs do not fit. */
  infer(inputs: readonly TensorType[], attributes: A): readonly TensorType[];
  /**
   * Gradients of the inputs, null where there is none. A rule may return a gradient of a shape that broadcasts to
   * (or from) its input's: the driver sums or stretches it.
   */
  gradient?(rule: GradientArguments<A>): readonly (Value | null)[];
  /** Absent for an operation that a lowering must rewrite first. */
  readonly onnx?: OnnxForm<A>;
}

export interface Node {
  readonly op: OpDefinition;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly attributes: object;
}

/** The gradient of a value that several nodes make of one input, where one formula needs less than their own rules. */
export interface CustomGradient {
  readonly input: Value;
  /** The input's gradient, of its shape, from that of the value. */
  gradient(incoming: Value): Value;
}

/** Marks the names that a graph makes up; names from outside do not hold it. */
const GENERATED = '#';

/** Whether a name was made up by a graph, so that it means nothing outside. */
export function isGenerated(name: string): boolean {
  return name.includes(GENERATED);
}

export class Graph {
  readonly nodes: Node[] = [];
  readonly inputs: Value[] = [];
  readonly constants: Value[] = [];
  /** The results, by the name they have outside. */
  readonly outputs = new Map<string, Value>();
  /** By the value that they are for. */
  readonly customGradients = new Map<Value, CustomGradient>();
  private readonly shared = new Map<string, Value>();
  private readonly names = new Set<string>();
  private counter = 0;

  input(name: string, dtype: DType, shape: Shape): Value {
    const value = new Value(this, this.claim(name), { dtype, shape });
    this.inputs.push(value);
    return value;
  }

  /** A constant tensor. A name is needed only where it must be found again outside. */
  constant(dtype: DType, shape: Shape, data: ConstantData, name?: string): Value {
    if (data.length !== sizeOf(shape)) {
      throw new ShapeError('constant', `${sizeOf(shape)} elements for ${describeShape(shape)}`, `${data.length}`);
    }
    const value = new Value(this, this.claim(name ?? this.fresh('constant')), { dtype, shape }, data);
    this.constants.push(value);
    return value;
  }

  /** A scalar constant; equal ones are one value. */
  scalar(number: number, dtype: 'float32' | 'float64' = 'float32'): Value {
    const key = `${dtype}:${Object.is(number, -0) ? '-0' : number}`;
    let value = this.shared.get(key);
    if (!value) {
      const data = dtype === 'float32' ? Float32Array.of(number) : Float64Array.of(number);
      value = this.constant(dtype, [], data);
      this.shared.set(key, value);
    }
    return value;
  }

  /** Applies `op`, and throws a `ShapeError` when the inputs do not fit it. */
  apply<A extends object>(op: OpDefinition<A>, inputs: readonly Value[], attributes: A): readonly Value[] {
    for (const input of inputs) {
      if (input.graph !== this) throw new Error(`${op.type}: the input ${input.name} belongs to another graph`);
    }
    const outputs = op.infer(inputs, attributes).map((type) => new Value(this, this.claim(this.fresh(op.type)), type));
    this.nodes.push({ op, inputs, outputs, attributes });
    return outputs;
  }

  output(name: string, value: Value): void {
    if (this.outputs.has(name)) throw new Error(`the graph has an output ${name} already`);
    this.outputs.set(name, value);
  }

  private fresh(prefix: string): string {
    return `${prefix}${GENERATED}${this.counter++}`;
  }

  private claim(name: string): string {
    if (this.names.has(name)) throw new Error(`the graph has a value named ${name} already`);
    this.names.add(name);
    return name;
  }
}

/** Applies an operation that has one output. */
export function applyOp<A extends object>(op: OpDefinition<A>, inputs: readonly Value[], attributes: A): Value {
  return inputs[0].graph.apply(op, inputs, attributes)[0];
}

/** Gives `y`, which its nodes make of `input` alone, a gradient of its own. */
export function withGradient(y: Value, input: Value, gradient: (incoming: Value) => Value): Value {
  y.graph.customGradients.set(y, { input, gradient });
  return y;
}
