/** Model specifications as they are posted, and the table that describes a checked one. */
import { type Static, Type } from 'typebox';
import { ImageSize } from './dataset.js';
import { IdSchema } from './ids.js';
import { Nullable, Strict, Timestamp } from './schema.js';

/** A posted specification. The engine checks the layers, since each layer type has its own arguments. */
export const ModelSpecBody = Type.Object(
  {
    input: Type.Optional(Type.Object({}, { additionalProperties: true })),
    layers: Type.Array(Type.Object({ type: Type.Optional(Type.String()) }, { additionalProperties: true })),
  },
  {
    additionalProperties: true,
    description: 'Layers in order, each {"type": "conv2d", …} with Keras\' argument names',
  },
);

export const CreateModel = Strict(
  {
    name: Type.String({ minLength: 1, maxLength: 200 }),
    spec: ModelSpecBody,
  },
  { $id: 'CreateModel' },
);
export type CreateModel = Static<typeof CreateModel>;

export const ValidateModel = Strict(
  {
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    spec: ModelSpecBody,
    dataset_id: Type.Optional(IdSchema('dataset')),
    batch_size: Type.Optional(Type.Integer({ minimum: 1, maximum: 65536, default: 32 })),
  },
  { $id: 'ValidateModel' },
);
export type ValidateModel = Static<typeof ValidateModel>;

export const LayerRow = Type.Object({
  name: Type.String(),
  type: Type.String(),
  output_shape: Type.Array(Nullable(Type.Integer()), {
    description: "Keras' order, the batch first as null: [null, height, width, channels] or [null, units]",
  }),
  parameters: Type.Integer(),
  forward_flops: Type.Integer({ description: 'Per image; a multiply-add counts as two' }),
});
export type LayerRow = Static<typeof LayerRow>;

export const ModelSummary = Type.Object({
  image: ImageSize,
  classes: Type.Integer(),
  layers: Type.Array(LayerRow),
  parameters: Type.Integer(),
  batch_size: Type.Integer({ description: 'The batch that the figures below are for' }),
  forward_flops: Type.Integer(),
  backward_flops: Type.Integer(),
  memory_bytes: Type.Object({
    parameters: Type.Integer(),
    optimizer: Type.Integer({ description: 'With Adam' }),
    activations: Type.Integer(),
  }),
});
export type ModelSummary = Static<typeof ModelSummary>;

/** `summary` is null while the input size or the number of classes is left to the data set. */
export const Model = Type.Object(
  {
    id: IdSchema('model'),
    object: Type.Literal('model'),
    name: Type.String(),
    spec: Type.Unknown(),
    summary: Nullable(ModelSummary),
    created_at: Timestamp,
  },
  { $id: 'Model' },
);
export type Model = Static<typeof Model>;

export const ModelValidation = Type.Object(
  { object: Type.Literal('model_validation'), spec: Type.Unknown(), summary: Nullable(ModelSummary) },
  { $id: 'ModelValidation' },
);
export type ModelValidation = Static<typeof ModelValidation>;
