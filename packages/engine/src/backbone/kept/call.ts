/** What a shape rule of a kept node reads: its inputs by their places, its attributes, and where the batch is. */
import type { DType, Shape, TensorType } from '../../graph/tensor-type.js';
import { dtypeOf } from '../../onnx/data-type.js';
import type { OnnxAttribute } from '../../onnx/read-model.js';
import { UnsupportedNode } from '../operator.js';

export interface KeptInput extends TensorType {
  /** Its numbers, where the file fixes them; `BATCH` among them is the number of images. */
  readonly values: readonly number[] | null;
}

export interface KeptCallOptions {
  readonly inputs: readonly (KeptInput | null)[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
  /** How many outputs it has. */
  readonly outputs: number;
  readonly images: number;
  /** Whether that is a number that no other side is, so that axes of images can be told from others. */
  readonly isTraced: boolean;
}

export class KeptCall {
  readonly outputs: number;
  readonly images: number;
  readonly #inputs: KeptCallOptions['inputs'];
  readonly #attributes: KeptCallOptions['attributes'];
  readonly #isTraced: boolean;

  constructor({ inputs, attributes, outputs, images, isTraced }: KeptCallOptions) {
    this.outputs = outputs;
    this.#inputs = inputs;
    this.#attributes = attributes;
    this.images = images;
    this.#isTraced = isTraced;
  }

  /** Those that are there. */
  get inputs(): readonly KeptInput[] {
    return this.#inputs.filter((input) => input !== null);
  }

  has(i: number): boolean {
    return (this.#inputs[i] ?? null) !== null;
  }

  input(i: number): KeptInput {
    const input = this.#inputs[i];
    if (input) return input;
    throw new UnsupportedNode(`its input ${i} is missing`);
  }

  /** Numbers that decide a shape. */
  values(i: number): readonly number[] {
    const { values } = this.input(i);
    if (values) return values;
    throw new UnsupportedNode(`its input ${i} decides a shape, and is not known before an image is there`);
  }

  hasAttribute(name: string): boolean {
    return this.#attributes.has(name);
  }

  number(name: string, byDefault: number): number {
    const attribute = this.#attributes.get(name);
    if (attribute === undefined) return byDefault;
    if (attribute.kind === 'number') return attribute.value;
    throw new UnsupportedNode(`its attribute "${name}" is no number`);
  }

  numbers(name: string, byDefault: readonly number[]): readonly number[] {
    const attribute = this.#attributes.get(name);
    if (attribute === undefined) return byDefault;
    if (attribute.kind === 'numbers') return attribute.value;
    throw new UnsupportedNode(`its attribute "${name}" is no list of numbers`);
  }

  text(name: string, byDefault: string): string {
    const attribute = this.#attributes.get(name);
    return attribute?.kind === 'text' ? attribute.value : byDefault;
  }

  /** The type of a tensor that is an attribute. */
  tensorType(name: string): number | null {
    const attribute = this.#attributes.get(name);
    return attribute?.kind === 'tensor' ? attribute.value.dataType : null;
  }

  /** An axis counted from the front. */
  axis(axis: number, rank: number): number {
    const index = axis < 0 ? axis + rank : axis;
    if (Number.isInteger(index) && index >= 0 && index < rank) return index;
    throw new UnsupportedNode(`expected an axis within [-${rank}, ${rank - 1}]; received ${axis}`);
  }

  /** An axis along which images may be joined or compared: not that of the images themselves. */
  ownAxis(axis: number, shape: Shape): number {
    const index = this.axis(axis, shape.length);
    if (this.isBatch(shape[index])) throw new UnsupportedNode('it mixes the images of a batch; expected another axis');
    return index;
  }

  /** Whether a side is the images, or several parts of each. */
  isBatch(side: number): boolean {
    return this.#isTraced && side > 0 && side % this.images === 0;
  }

  /** With `n` for the number of images. */
  describe(shape: Shape): string {
    const parts = (side: number) => (side === this.images ? 'n' : `${side / this.images}·n`);
    return `[${shape.map((side) => (this.isBatch(side) ? parts(side) : side)).join(', ')}]`;
  }

  /** Throws where images would not lie one behind the other as before. */
  requireSameImages(before: Shape, after: Shape): void {
    if (this.#outside(before) === this.#outside(after)) return;
    throw new UnsupportedNode(
      `it mixes the images of a batch: from ${this.describe(before)} to ${this.describe(after)}`,
    );
  }

  /** How many elements lie between an image's parts: the product of the sides in front of the images. */
  #outside(shape: Shape): number {
    const at = shape.findIndex((side) => this.isBatch(side));
    return shape.slice(0, Math.max(at, 0)).reduce((product, side) => product * side, 1);
  }
}

/** Types of the outputs of a node. Throws `UnsupportedNode` or a `ShapeError` where they cannot be told. */
export type ShapeRule = (call: KeptCall) => readonly TensorType[];

/** @throws UnsupportedNode for element types that graphs do not have here */
export function requireDType(dataType: number): DType {
  const dtype = dtypeOf(dataType);
  if (dtype) return dtype;
  throw new UnsupportedNode(`values of ONNX' data type ${dataType} are not supported`);
}
