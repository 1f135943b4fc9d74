/**
 * A backbone as a model's specification holds it: the nodes of an ONNX file up to where it is cut, in a form that no longer
 * depends on the file's opset. Weights are named, not held. It is all that shapes, gradients and exports need.
 */
import { type Static, Type } from 'typebox';
import { KeptNode } from './kept/node.js';

/** A value by its place (0 is the image, i + 1 the output of node i), or a weight by its name. */
const Operand = Type.Union([Type.Integer({ minimum: 0 }), Type.String()]);
export type Operand = Static<typeof Operand>;

export const BackboneNode = Type.Object({
  /** Of `operators`; or `OUTPUT`; or any that onnxruntime has, with `kept`. */
  op: Type.String(),
  inputs: Type.Array(Operand),
  attributes: Type.Record(Type.String(), Type.Union([Type.Number(), Type.Array(Type.Number())])),
  /** Of a node that is run as the file has it. It has no gradient. */
  kept: Type.Optional(KeptNode),
});
export type BackboneNode = Static<typeof BackboneNode>;
export type NodeAttributes = BackboneNode['attributes'];

/** The `index`-th output of the kept node that is its only input: places stand for first outputs. */
export const OUTPUT = 'Output';

export const BackboneParameter = Type.Object({
  name: Type.String(),
  shape: Type.Array(Type.Integer({ minimum: 0 })),
  /** False for running statistics and fixed numbers, which stay as they are when the backbone is trained. */
  trainable: Type.Boolean(),
});
export type BackboneParameter = Static<typeof BackboneParameter>;

export const LAYOUTS = ['nchw', 'nhwc'] as const;

export const BackboneGraph = Type.Object({
  /** SHA-256 of the ONNX file, whose weights these names stand for. */
  digest: Type.String(),
  /** How the file wants its images; `nchw` for a part that begins at a value of the file. */
  layout: Type.Unsafe<(typeof LAYOUTS)[number]>({ type: 'string', enum: LAYOUTS }),
  /** Of what goes in. */
  channels: Type.Integer({ minimum: 1 }),
  parameters: Type.Array(BackboneParameter),
  nodes: Type.Array(BackboneNode),
});
/** The last node's output is the backbone's. */
export type BackboneGraph = Static<typeof BackboneGraph>;
