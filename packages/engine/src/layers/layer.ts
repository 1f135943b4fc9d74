/** What the compiler knows of one kind of layer, and the vocabulary that layers are written in. */
import type { TSchema } from 'typebox';
import type { Activation } from '../activations/activation.js';
import type { Constraint } from '../constraints/constraint.js';
import type { Value } from '../graph/graph.js';
import type { Shape } from '../graph/tensor-type.js';
import type { Fan, Initializer } from '../initializers/initializer.js';
import type { Regularizer } from '../regularizers/regularizer.js';

export interface ImageShape {
  readonly kind: 'image';
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

export interface VectorShape {
  readonly kind: 'vector';
  readonly units: number;
  /** The image that a flatten made it of, whose values still lie in the order channels, rows, columns. */
  readonly image?: ImageShape;
}

/** So many rows and columns of an image, from the first. */
export type PixelExtent = Pick<ImageShape, 'height' | 'width'>;

/** What flows between layers, without the batch: an image or a vector of units. */
export type FeatureShape = ImageShape | VectorShape;

/** A weight tensor of a layer. */
export interface ParameterSpec {
  /** Within the layer: `kernel`, `bias`. */
  readonly name: string;
  readonly shape: Shape;
  readonly initializer: Initializer;
  readonly fan: Fan;
  /** False for running statistics, which layers set themselves while training. */
  readonly trainable?: false;
  readonly regularizer?: Regularizer | null;
  readonly constraint?: Constraint | null;
  /** `kerasAxes[k]` is the axis here that is axis k in Keras' layout; left out where they are the same. */
  readonly kerasAxes?: readonly number[];
}

/** A layer whose arguments met its input: all sizes are known. */
export interface LayerPlan {
  readonly output: FeatureShape;
  readonly parameters: readonly ParameterSpec[];
  /** Floating-point operations for one image; a multiply-add counts as two. */
  readonly flops: number;
  /** What `forward` needs and the arguments do not hold: numbers by name. */
  readonly constants?: Readonly<Record<string, readonly number[]>>;
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
  /** What `"units": "classes"` stands for. */
  readonly classes: number;
  /**
   * Mean and deviation of the train split's pixels, per channel, in the unit that the model gets them (0 to 255); only
   * for a layer that sees the pixels themselves, and only where the data is known.
   */
  readonly pixels?: { readonly mean: readonly number[]; readonly std: readonly number[] };
}

export interface ForwardContext {
  readonly training: boolean;
  /** Whether the layer's weights and statistics stay as they are, even while training. */
  readonly frozen: boolean;
  /** What the layer planned for, and what came of it. */
  readonly inputs: readonly FeatureShape[];
  readonly plan: LayerPlan;
  /**
   * The part of its output that the layer is to give, and of its input that there is; null for all. Only for a layer that
   * says what it `needs`.
   */
  readonly wanted?: PixelExtent | null;
  /** A weight of this layer. */
  parameter(name: string): Value;
  /** The next value of a parameter that is not trainable. Only while training. */
  setStatistic(name: string, value: Value): void;
  /** float32 [N]: 1 for a row that counts, 0 for one that fills up a short batch. Null outside training. */
  readonly rowWeights: Value | null;
  /**
   * A mask of ones and zeros for dropout (float32, of x's shape or the one given), and the factor that keeps the
   * expectation. Only while training.
   */
  dropoutMask(x: Value, rate: number, shape?: Shape): { mask: Value; scale: number };
  /** Standard normal numbers of x's shape, float32. Only while training. */
  noise(x: Value): Value;
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
  /** `several` for a layer that merges two inputs or more; all others have one. */
  readonly inputs?: 'several';
  /** Sizes and weights for inputs of the given shapes. Throws a `LayerError` when they do not fit. */
  plan(args: A, inputs: readonly FeatureShape[], context: PlanContext): LayerPlan;
  /** Adds the layer to a graph, without its activation. Inputs are [N, C, H, W] or [N, units]. */
  forward(args: A, inputs: readonly Value[], context: ForwardContext): Value;
  /** Whether its weights stay as they are unless `trainable` is true. */
  readonly frozenByDefault?: true;
  /** Whether each output is the largest of some inputs, unchanged. */
  readonly picksValues?: true;
  /** The activation at the layer's end, if it has one. */
  activation?(args: A): Activation;
  /** What of its one input, an image, a part of its output comes of. Left out where it takes all, or draws for all. */
  needs?(args: A, wanted: PixelExtent, input: ImageShape): PixelExtent;
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
export function requireImage(type: string, input: FeatureShape): ImageShape {
  if (input.kind !== 'image') {
    throw new LayerError(
      null,
      `${type} expected an image; received ${describeFeatures(input)}. Put it before flatten, or a reshape before it`,
    );
  }
  return input;
}
