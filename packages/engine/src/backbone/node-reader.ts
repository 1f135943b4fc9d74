/** One node of an ONNX file as operators read it: attributes, constants, weights and the shapes of what feeds it. */
import type { Shape } from '../graph/tensor-type.js';
import type { OnnxNode } from '../onnx/read-model.js';
import { floatsOf, ONNX_FLOAT, type OnnxTensor } from '../onnx/read-tensor.js';
import type { Operand } from './graph.js';
import { UnsupportedNode } from './operator.js';

/** The axis of the batch in integers that are computed from shapes. */
export const BATCH = -(2 ** 40);

/** How many images shapes are found for: a number that no other side of a network is. */
export const TRACED_BATCH = 1009;

/** What of the file is known before a node. */
export interface FileScope {
  readonly opset: number;
  /** Batch size that the file was written with; null where it is open. */
  readonly batch: number | null;
  /** The place of a value that was computed; undefined where there is none. */
  place(name: string): number | undefined;
  /** With a batch of `TRACED_BATCH`. */
  shape(operand: Operand): Shape;
  tensor(name: string): OnnxTensor | undefined;
  /** Integers that are known without an image; the batch among them is `BATCH`. */
  integers(name: string): readonly number[] | undefined;
  /** Makes a tensor of the file a weight and gives its name. */
  weight(tensor: OnnxTensor, role: string, trainable: boolean): string;
}

export class NodeReader {
  readonly #node: OnnxNode;
  readonly #scope: FileScope;

  constructor(node: OnnxNode, scope: FileScope) {
    this.#node = node;
    this.#scope = scope;
  }

  get type(): string {
    return this.#node.type;
  }

  get opset(): number {
    return this.#scope.opset;
  }

  get inputCount(): number {
    return this.#node.inputs.length;
  }

  /** Whether a size stands for the batch: an open one, or that which the file was written with. */
  isBatch(side: number): boolean {
    return side === BATCH || side === this.#scope.batch;
  }

  has(i: number): boolean {
    return (this.#node.inputs[i] ?? '') !== '';
  }

  /** An input that was computed from the image. */
  value(i: number): number {
    const place = this.#scope.place(this.#name(i));
    if (place !== undefined) return this.#ofImages(place, i);
    throw new UnsupportedNode(`its input ${i} ("${this.#name(i)}") does not depend on the image`);
  }

  /** A tensor of the file that training may change. */
  weight(i: number, role: string, trainable = true): string {
    const tensor = this.#scope.tensor(this.#name(i));
    if (!tensor) throw new UnsupportedNode(`its input ${i} ("${this.#name(i)}") is no tensor of the file`);
    if (tensor.dataType !== ONNX_FLOAT) {
      throw new UnsupportedNode(`its input ${i} is not float32 (data type ${tensor.dataType})`);
    }
    return this.#scope.weight(tensor, role, trainable);
  }

  /** A computed value or a tensor of the file. */
  operand(i: number, role: string, trainable: boolean): Operand {
    const place = this.#scope.place(this.#name(i));
    return place === undefined ? this.weight(i, role, trainable) : this.#ofImages(place, i);
  }

  /** Operations take the first axis for the batch. */
  #ofImages(place: number, i: number): number {
    if (this.#scope.shape(place)[0] === TRACED_BATCH) return place;
    throw new UnsupportedNode(`the first axis of its input ${i} is not the batch`);
  }

  shape(operand: Operand): Shape {
    return this.#scope.shape(operand);
  }

  /** Elements of a float32 tensor of the file that holds one number. */
  scalar(i: number): number {
    const tensor = this.#scope.tensor(this.#name(i));
    const [number, ...rest] = tensor && tensor.dataType === ONNX_FLOAT ? floatsOf(tensor) : [];
    if (number !== undefined && rest.length === 0) return number;
    throw new UnsupportedNode(`its input ${i} is not one fixed number`);
  }

  integers(i: number): readonly number[] {
    const integers = this.#scope.integers(this.#name(i));
    if (integers) return integers;
    throw new UnsupportedNode(`its input ${i} is not known before an image is there`);
  }

  /** Integers that older opsets have as an attribute and newer ones as an input; null where neither is there. */
  integersOrAttribute(i: number, attribute: string): readonly number[] | null {
    if (this.has(i)) return this.integers(i);
    return this.#node.attributes.has(attribute) ? this.numbers(attribute, []) : null;
  }

  hasAttribute(name: string): boolean {
    return this.#node.attributes.has(name);
  }

  number(name: string, byDefault: number): number {
    const attribute = this.#node.attributes.get(name);
    if (attribute === undefined) return byDefault;
    if (attribute.kind === 'number') return attribute.value;
    throw new UnsupportedNode(`its attribute "${name}" is no number`);
  }

  numbers(name: string, byDefault: readonly number[]): readonly number[] {
    const attribute = this.#node.attributes.get(name);
    if (attribute === undefined) return byDefault;
    if (attribute.kind === 'numbers') return attribute.value;
    throw new UnsupportedNode(`its attribute "${name}" is no list of numbers`);
  }

  text(name: string, byDefault: string): string {
    const attribute = this.#node.attributes.get(name);
    if (attribute === undefined) return byDefault;
    if (attribute.kind === 'text') return attribute.value;
    throw new UnsupportedNode(`its attribute "${name}" is no text`);
  }

  #name(i: number): string {
    return this.#node.inputs[i] ?? '';
  }
}

/** An axis counted from the front. */
export function axisOf(axis: number, rank: number): number {
  const index = axis < 0 ? axis + rank : axis;
  if (Number.isInteger(index) && index >= 0 && index < rank) return index;
  throw new UnsupportedNode(`expected an axis within [-${rank}, ${rank - 1}]; received ${axis}`);
}
