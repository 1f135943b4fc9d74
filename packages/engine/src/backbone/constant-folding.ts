/**
 * Integers that a file computes from shapes, as PyTorch's exports do in front of a reshape: known without an image, but for
 * the batch, which `BATCH` stands for.
 */
import type { OnnxNode } from '../onnx/read-model.js';
import { integersOf } from '../onnx/read-tensor.js';
import { BATCH } from './node-reader.js';

export interface Integers {
  readonly values: readonly number[];
  /** 0 for a single number, 1 for a list. */
  readonly rank: 0 | 1;
}

/** What is known of a node's inputs. */
export interface FoldingScope {
  integers(name: string): Integers | undefined;
  /** Of a value that is computed from the image; its first side is the batch. */
  shape(name: string): readonly number[] | undefined;
}

type Fold = (inputs: readonly Integers[], node: OnnxNode) => Integers | null;

const elementwise =
  (apply: (a: number, b: number) => number): Fold =>
  ([a, b]) => {
    if ([...a.values, ...b.values].includes(BATCH)) return null;
    const length = Math.max(a.values.length, b.values.length);
    const at = ({ values }: Integers, i: number) => values[values.length === 1 ? 0 : i];
    const rank = a.rank === 1 || b.rank === 1 ? 1 : 0;
    return { values: Array.from({ length }, (_, i) => apply(at(a, i), at(b, i))), rank };
  };

const FOLDS: Readonly<Record<string, Fold>> = {
  Add: elementwise((a, b) => a + b),
  Sub: elementwise((a, b) => a - b),
  Mul: elementwise((a, b) => a * b),
  Div: elementwise((a, b) => Math.trunc(a / b)),
  Cast: ([x]) => x,
  Identity: ([x]) => x,
  Concat: (inputs) => ({ values: inputs.flatMap(({ values }) => values), rank: 1 }),
  Gather: ([x, indices]) => {
    const values = indices.values.flatMap((i) => x.values.slice(i, i === -1 ? undefined : i + 1));
    return values.length === indices.values.length ? { values, rank: indices.rank } : null;
  },
  Squeeze: ([x]) => (x.values.length === 1 ? { values: x.values, rank: 0 } : null),
  Unsqueeze: ([x]) => (x.rank === 0 ? { values: x.values, rank: 1 } : null),
  Slice: ([x, starts, ends, , steps]) => {
    if (starts?.values.length !== 1 || ends?.values.length !== 1 || (steps && steps.values[0] !== 1)) return null;
    return { values: x.values.slice(starts.values[0], ends.values[0]), rank: 1 };
  },
};

/** What a node gives where that is known already; null where an image decides. */
export function foldIntegers(node: OnnxNode, scope: FoldingScope): Integers | null {
  if (node.type === 'Constant') return constantOf(node);
  if (node.type === 'Shape') {
    const shape = scope.shape(node.inputs[0] ?? '');
    return shape && node.attributes.size === 0 ? { values: [BATCH, ...shape.slice(1)], rank: 1 } : null;
  }
  const fold = Object.hasOwn(FOLDS, node.type) ? FOLDS[node.type] : undefined;
  if (!fold) return null;
  const inputs = node.inputs.map((name) => scope.integers(name));
  return inputs.length > 0 && inputs.every((input) => input !== undefined) ? fold(inputs, node) : null;
}

function constantOf({ attributes }: OnnxNode): Integers | null {
  const tensor = attributes.get('value');
  if (tensor?.kind === 'tensor') {
    const values = integersOf(tensor.value);
    return values && tensor.value.shape.length <= 1 ? { values, rank: tensor.value.shape.length === 0 ? 0 : 1 } : null;
  }
  const one = attributes.get('value_int');
  if (one?.kind === 'number') return { values: [one.value], rank: 0 };
  const list = attributes.get('value_ints');
  return list?.kind === 'numbers' ? { values: list.value, rank: 1 } : null;
}
