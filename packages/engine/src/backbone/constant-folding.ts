/**
 * Integers that a file computes from shapes, as PyTorch's exports do in front of a reshape: known without an image, but for
 * the batch, which `BATCH` stands for.
 */
import type { DType } from '../graph/tensor-type.js';
import { dtypeOf } from '../onnx/data-type.js';
import type { OnnxNode } from '../onnx/read-model.js';
import { integersOf } from '../onnx/read-tensor.js';
import { BATCH, TRACED_BATCH } from './node-reader.js';

export interface Integers {
  readonly values: readonly number[];
  /** 0 for a single number, 1 for a list. */
  readonly rank: 0 | 1;
  /** What the file holds them as. */
  readonly dtype: DType;
  /** Whether images of another size may give others. */
  readonly isBound: boolean;
}

/** What is known of a node's inputs. */
export interface FoldingScope {
  integers(name: string): Integers | undefined;
  /** Of a value that is computed from the image. */
  shape(name: string): readonly number[] | undefined;
}

type Found = Pick<Integers, 'values' | 'rank'> & { readonly dtype?: DType };
type Fold = (inputs: readonly Integers[], node: OnnxNode) => Found | null;

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
  Cast: ([{ values, rank }], { attributes }) => {
    const to = attributes.get('to');
    const dtype = to?.kind === 'number' ? dtypeOf(to.value) : null;
    return dtype && dtype !== 'bool' ? { values, rank, dtype } : null;
  },
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
  if (node.type === 'Shape') return shapeOf(node, scope);
  const fold = Object.hasOwn(FOLDS, node.type) ? FOLDS[node.type] : undefined;
  if (!fold) return null;
  const inputs = node.inputs.map((name) => scope.integers(name));
  if (inputs.length === 0 || !inputs.every((input) => input !== undefined)) return null;
  const found = fold(inputs, node);
  if (!found) return null;
  const isBound = inputs.some((input) => input.isBound) && found.values.some((value) => value !== BATCH);
  return { ...found, dtype: found.dtype ?? inputs[0].dtype, isBound };
}

function shapeOf({ inputs, attributes }: OnnxNode, scope: FoldingScope): Integers | null {
  const shape = scope.shape(inputs[0] ?? '');
  const at = (name: string) => {
    const attribute = attributes.get(name);
    return attribute?.kind === 'number' ? attribute.value : undefined;
  };
  const isOfImages = shape !== undefined && shape[0] === TRACED_BATCH;
  if (!isOfImages) return null;
  const values = [BATCH, ...shape.slice(1)].slice(at('start') ?? 0, at('end'));
  return { values, rank: 1, dtype: 'int64', isBound: values.some((value) => value !== BATCH) };
}

function constantOf({ attributes }: OnnxNode): Integers | null {
  const known = { dtype: 'int64', isBound: false } as const;
  const tensor = attributes.get('value');
  if (tensor?.kind === 'tensor') {
    const { shape, dataType } = tensor.value;
    const values = integersOf(tensor.value);
    if (!values || shape.length > 1) return null;
    return { ...known, values, rank: shape.length === 0 ? 0 : 1, dtype: dtypeOf(dataType) ?? 'int64' };
  }
  const one = attributes.get('value_int');
  if (one?.kind === 'number') return { ...known, values: [one.value], rank: 0 };
  const list = attributes.get('value_ints');
  return list?.kind === 'numbers' ? { ...known, values: list.value, rank: 1 } : null;
}
