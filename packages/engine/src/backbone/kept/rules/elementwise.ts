/** Shapes of operators that work element by element. */
import { broadcastShapes, type DType, type TensorType } from '../../../graph/tensor-type.js';
import { UnsupportedNode } from '../../operator.js';
import { type KeptCall, requireDType, type ShapeRule } from '../call.js';

/** The first input's own type. */
export const sameAsFirst: ShapeRule = (call) => [typeOf(call.input(0))];

/** All inputs stretched to one shape. */
const broadcast =
  (dtype?: DType): ShapeRule =>
  (call) => {
    const [first, ...others] = call.inputs;
    if (!first) throw new UnsupportedNode('it has no input');
    const shape = others.reduce((known, { shape }) => broadcastShapes('broadcast', known, shape), first.shape);
    return [{ dtype: dtype ?? first.dtype, shape }];
  };

const where: ShapeRule = (call) => {
  const [{ shape }] = broadcast()(call);
  return [{ dtype: call.input(1).dtype, shape }];
};

const cast: ShapeRule = (call) => [{ dtype: requireDType(call.number('to', 1)), shape: call.input(0).shape }];
const castLike: ShapeRule = (call) => [{ dtype: call.input(1).dtype, shape: call.input(0).shape }];
const asBool: ShapeRule = (call) => [{ dtype: 'bool', shape: call.input(0).shape }];

const SAME = [
  ...['Abs', 'Acos', 'Acosh', 'Asin', 'Asinh', 'Atan', 'Atanh', 'BitwiseNot', 'Ceil', 'Celu', 'Clip', 'Cos', 'Cosh'],
  ...['Elu', 'Erf', 'Exp', 'Floor', 'Gelu', 'HardSigmoid', 'HardSwish', 'Identity', 'LeakyRelu', 'Log', 'Mish', 'Neg'],
  ...['Not', 'PRelu', 'Reciprocal', 'Relu', 'Round', 'Selu', 'Shrink', 'Sigmoid', 'Sign', 'Sin', 'Sinh', 'Softplus'],
  ...['RotaryEmbedding', 'Softsign', 'Sqrt', 'Swish', 'Tan', 'Tanh', 'ThresholdedRelu'],
];
const BROADCAST = [
  'Add',
  'BitShift',
  'BitwiseAnd',
  'BitwiseOr',
  'BitwiseXor',
  'Div',
  'Max',
  'Mean',
  'Min',
  'Mod',
  'Mul',
  'Pow',
  'Sub',
  'Sum',
];
const COMPARED = ['And', 'Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'Or', 'Xor'];

export const elementwiseRules: Readonly<Record<string, ShapeRule>> = {
  ...rulesOf(SAME, sameAsFirst),
  ...rulesOf(BROADCAST, broadcast()),
  ...rulesOf(COMPARED, broadcast('bool')),
  Cast: cast,
  CastLike: castLike,
  IsInf: asBool,
  IsNaN: asBool,
  Where: where,
};

export function rulesOf(types: readonly string[], rule: ShapeRule): Record<string, ShapeRule> {
  return Object.fromEntries(types.map((type) => [type, rule]));
}

export function typeOf({ dtype, shape }: TensorType): TensorType {
  return { dtype, shape };
}

/** The integers of an input, or of the attribute that older versions have in its place; null where neither is there. */
export function integersAt(call: KeptCall, i: number, attribute: string): readonly number[] | null {
  if (call.has(i)) return call.values(i);
  return call.hasAttribute(attribute) ? call.numbers(attribute, []) : null;
}
