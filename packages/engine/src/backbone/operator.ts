/** What is known of one ONNX operator of backbones: how its nodes are read, and the operations that it stands for. */
import type { Value } from '../graph/graph.js';
import type { ForwardContext } from '../layers/layer.js';
import type { NodeAttributes, Operand } from './graph.js';
import type { NodeReader } from './node-reader.js';

/** A node that cannot be written with our operations; the message says what of it. */
export class UnsupportedNode extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UnsupportedNode';
  }
}

/** What of the layer's context operators use. */
export type ReplayContext = Pick<ForwardContext, 'training' | 'frozen' | 'rowWeights' | 'parameter' | 'setStatistic'>;

export interface BackboneOperator {
  /**
   * The node with every default filled in, so that it means the same in each opset.
   *
   * @throws UnsupportedNode for what `apply` has no operations for
   */
  read(node: NodeReader): { readonly inputs: readonly Operand[]; readonly attributes?: NodeAttributes };
  apply(inputs: readonly Value[], attributes: AttributeReader, context: OperatorContext): Value;
}

export interface OperatorContext extends ReplayContext {
  /** The node's inputs as the description names them. */
  readonly operands: readonly Operand[];
}

/** The attributes of a node that was read before. */
export class AttributeReader {
  readonly #attributes: NodeAttributes;

  constructor(attributes: NodeAttributes) {
    this.#attributes = attributes;
  }

  number(name: string): number {
    const value = this.#attributes[name];
    if (typeof value === 'number') return value;
    throw new UnsupportedNode(`expected the attribute "${name}", a number`);
  }

  numbers(name: string): readonly number[] {
    const value = this.#attributes[name];
    if (Array.isArray(value)) return value;
    throw new UnsupportedNode(`expected the attribute "${name}", a list of numbers`);
  }

  /** A number that may be left out. */
  optional(name: string): number | null {
    return name in this.#attributes ? this.number(name) : null;
  }
}
