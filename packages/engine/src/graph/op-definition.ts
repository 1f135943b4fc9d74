/** What the compiler knows of one operation: how types follow, how gradients follow, and how ONNX writes it. */
import type { Value } from './graph.js';
import type { TensorType } from './tensor-type.js';

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
  /** The attributes that ONNX has as attributes, with the type that it gives them. */
  readonly attributes?: { readonly [K in keyof A]?: 'int' | 'ints' | 'float' | 'string' | 'dtype' };
  /** What ONNX wants as constant int64 inputs, after the tensors: 1-D, in order. */
  constants?(attributes: A): readonly (readonly number[])[];
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
