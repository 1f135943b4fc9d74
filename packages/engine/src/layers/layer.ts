/** What the compiler knows of one kind of layer, and the vocabulary that layers are written in. */
import type { TSchema } from 'typebox';
import type { Activation } from '../activations/activation.js';
import type { Value } from '../graph/graph.js';
import type { Shape } from '../graph/tensor-type.js';
import type { Fan, Initializer } from '../initializers/initializer.js';

/** What flows between layers, without the batch: an image or a vector of units. */
export type FeatureShape =
  | { readonly kind: 'image'; readonly height: number; readonly width: number; readonly channels: number }
  | { readonly kind: 'vector'; readonly units: number };

/** A weight tensor of a layer. */
export interface ParameterSpec {
  /** Within the layer: `kernel`, `bias`. */
  readonly name: string;
  readonly shape: Shape;
  readonly initializer: Initializer;
  readonly fan: Fan;
}

/** A layer whose arguments met its input: all sizes are known. */
export interface LayerPlan {
  readonly output: FeatureShape;
  readonly parameters: readonly ParameterSpec[];
  /** Floating-point operations for one image; a multiply-add counts as two. */
  readonly flops: number;
}

/** Something a layer cannot be built with: the argument it is about, and what was expected and received. */
export class LayerError extends Error {
  readonly argument: string | null;

  constructor(argument: string | null, message: string) {
    super(message);
    this.name = 'LayerError';
    this.argument = argument;
  }
}

export interface PlanContext {
  /** Number of classes in the data, for `"units": "classes"`. */
  readonly classes: number;
}

export interface ForwardContext {
  readonly training: boolean;
  /** A weight of this layer. */
  parameter(name: string): Value;
  /**
   * A mask of ones and zeros over `x` for dropout (float32, of x's shape), and the factor that keeps the expectation.
   * Only while training.
   */
  dropoutMask(x: Value, rate: number): { mask: Value; scale: number };
}

/**
 * One kind of layer. `A` is the type of its arguments with every default filled in; methods, so that all kinds fit
 * in one record.
 */
export interface LayerDefinition<A extends object = object> {
  readonly type: string;
  /** One line for the documentation. */
  readonly summary: string;
  /** Schema of the arguments, with Keras' names and defaults. */
  readonly arguments: TSchema;
  /** Sizes and weights for an input of the given shape. Throws a `LayerError` when it does not fit. */
  plan(args: A, input: FeatureShape, context: PlanContext): LayerPlan;
  /** Adds the layer to a graph, without its activation. `x` is [N, C, H, W] or [N, units]. */
  forward(args: A, x: Value, context: ForwardContext): Value;
  /** Whether each output is the largest of some inputs, unchanged. */
  readonly picksValues?: true;
  /** The activation at the layer's end, if it has one. */
  activation?(args: A): Activation;
}

export function describeFeatures(shape: FeatureShape): string {
  return shape.kind === 'image'
    ? `an image of height ${shape.height}, width ${shape.width} and ${shape.channels} channels`
    : `a vector of ${shape.units} units`;
}

/** The shape as Keras prints it, the batch first. */
export function kerasShape(shape: FeatureShape): (number | null)[] {
  return shape.kind === 'image' ? [null, shape.height, shape.width, shape.channels] : [null, shape.units];
}

export function featureCount(shape: FeatureShape): number {
  return shape.kind === 'image' ? shape.height * shape.width * shape.channels : shape.units;
}

/** The input as an image. Throws where it is a vector. */
export function requireImage(type: string, input: FeatureShape): Extract<FeatureShape, { kind: 'image' }> {
  if (input.kind !== 'image') {
    throw new LayerError(null, `${type} expected an image; received ${describeFeatures(input)}`);
  }
  return input;
}
