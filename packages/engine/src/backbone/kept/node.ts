/**
 * A node of an ONNX file that is kept as it is, since there are no operations for it: what a specification holds of it beside its
 * operator and what goes in.
 */
import { type Static, Type } from 'typebox';
import type { DType } from '../../graph/tensor-type.js';

const DTYPES = ['float32', 'float64', 'float16', 'int8', 'int32', 'int64', 'uint8', 'bool'] as const;
const DataType = Type.Unsafe<DType>({ type: 'string', enum: DTYPES });
const Sides = Type.Array(Type.Integer());

/** Numbers that the file fixes: sizes, axes, factors. `BATCH` among them stands for the number of images. */
export const FixedTensor = Type.Object({ dtype: DataType, shape: Sides, values: Type.Array(Type.Number()) });
export type FixedTensor = Static<typeof FixedTensor>;

/** A weight that the file has in another type than float32, in which checkpoints hold all of them. */
const CastInput = Type.Object({ input: Type.Integer({ minimum: 0 }), dtype: DataType });

/** What an input of the node is: nothing, one of `inputs` by its place there, or fixed. */
const Slot = Type.Union([Type.Null(), Type.Integer({ minimum: 0 }), CastInput, FixedTensor]);
export type Slot = Static<typeof Slot>;

/** A type as the file tells it; the side `BATCH` is the number of images. */
const DeclaredType = Type.Object({ dtype: DataType, shape: Sides });

export const KeptNode = Type.Object({
  /** In the file. */
  name: Type.String(),
  domain: Type.String(),
  /** The version of the domain's operators that it is written in. */
  version: Type.Integer({ minimum: 1 }),
  /** Each an AttributeProto in base64. */
  attributes: Type.Array(Type.String()),
  slots: Type.Array(Slot),
  outputs: Type.Integer({ minimum: 1 }),
  /** What its outputs are, where the file has to tell it. */
  declared: Type.Optional(Type.Array(DeclaredType)),
  /** Shapes of its inputs but for their first axis, where it is right for images of one size alone. */
  bound: Type.Optional(Type.Array(Sides)),
});
export type KeptNode = Static<typeof KeptNode>;
