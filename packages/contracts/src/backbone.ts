/** An uploaded ONNX model, whose beginning models of the project may use as a layer. */
import { type Static, Type } from 'typebox';
import { IdSchema } from './ids.js';
import { Nullable, Strict, Timestamp, Words } from './schema.js';

const Side = Nullable(Type.Integer(), { description: 'null where the file takes any' });

/** A value of the file that an `onnx_backbone` layer may be cut at. */
export const BackboneCut = Type.Object({
  output: Type.String({ description: 'Its name in the file: the `output` of the layer' }),
  operator: Type.String({ description: 'The ONNX operator that gives it' }),
  shape: Type.Array(Nullable(Type.Integer()), {
    description: '[null, height, width, channels] or [null, units]; an image of one pixel becomes a vector',
  }),
  trainable: Type.Boolean({
    description: 'Whether a layer that ends there can be fine-tuned: no node of `kept` is in the way of its gradients',
  }),
});
export type BackboneCut = Static<typeof BackboneCut>;

const NamedNode = Type.Object({ operator: Type.String(), node: Type.String(), reason: Type.String() });

export const Backbone = Type.Object(
  {
    id: IdSchema('backbone'),
    object: Type.Literal('backbone'),
    name: Type.String(),
    bytes: Type.Integer(),
    digest: Type.String({ description: 'sha256: and the hash of the file' }),
    opset: Type.Integer({ description: 'Version of ONNX’ operators that the file was written with' }),
    producer: Type.String(),
    input: Type.Object({
      height: Side,
      width: Side,
      channels: Type.Integer(),
      layout: Words(['nchw', 'nhwc'] as const, { description: 'How the file wants its images; models need not care' }),
    }),
    parameters: Type.Integer({ description: 'Numbers in its weights' }),
    operators: Type.Array(
      Type.Object({
        operator: Type.String(),
        count: Type.Integer(),
        differentiable: Type.Boolean({
          description: 'Whether gradients pass through it, so that it can be fine-tuned',
        }),
      }),
    ),
    kept: Type.Array(NamedNode, {
      description:
        'Nodes that are run as the file has them: no gradient passes, so what lies in front of them stays frozen',
    }),
    unsupported: Type.Array(NamedNode, {
      description: 'Nodes that cannot be run here; what depends on them cannot be cut at',
    }),
    default_output: Nullable(Type.String(), {
      description:
        'Where a layer without `output` cuts: in front of the classifier, or at the end of a file without one',
    }),
    cuts: Type.Array(BackboneCut, { description: 'In the order of the file' }),
    created_at: Timestamp,
  },
  { $id: 'Backbone' },
);
export type Backbone = Static<typeof Backbone>;

export const CreateBackbone = Strict(
  { name: Type.String({ minLength: 1, maxLength: 200 }) },
  { $id: 'CreateBackbone' },
);
export type CreateBackbone = Static<typeof CreateBackbone>;

/** Where everything of a backbone lies in the object store. */
export function backbonePrefix(backboneId: string): string {
  return `backbones/${backboneId}/`;
}

/** The ONNX file. */
export function backboneKey(backboneId: string): string {
  return `${backbonePrefix(backboneId)}model.onnx`;
}
