/** Model specifications as they are posted, and the table that describes a checked one. */
import { type Static, Type } from 'typebox';
import { ImageSize } from './dataset.js';
import { IdSchema } from './ids.js';
import { Nullable, Strict, Timestamp } from './schema.js';
import { TrainingOptions } from './training.js';

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

/** A model as Keras wrote it. The engine reads it. */
export const KerasBody = Type.Unknown({
  description:
    "What Keras' `model.to_json()` gives, as JSON or as text: Keras 1 to 3, tf.keras, or a `model.json` of TensorFlow.js. " +
    'What it says of the optimizer, loss and metrics becomes defaults of the training',
});

export const CreateModel = Strict(
  {
    name: Type.String({ minLength: 1, maxLength: 200 }),
    spec: Type.Optional(ModelSpecBody),
    keras: Type.Optional(KerasBody),
  },
  { $id: 'CreateModel' },
);
export type CreateModel = Static<typeof CreateModel>;

export const ValidateModel = Strict(
  {
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    spec: Type.Optional(ModelSpecBody),
    keras: Type.Optional(KerasBody),
    training: Type.Optional(TrainingOptions),
    dataset_id: Type.Optional(IdSchema('dataset')),
    batch_size: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 65536, description: "Left out, the training's, or 32" }),
    ),
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
  trainable_parameters: Type.Integer({ description: 'All but running statistics' }),
  forward_flops: Type.Integer({ description: 'Per image; a multiply-add counts as two' }),
  activation_bytes: Type.Integer({ description: 'Of the output, for the whole batch' }),
});
export type LayerRow = Static<typeof LayerRow>;

export const ModelSummary = Type.Object({
  image: ImageSize,
  classes: Type.Integer(),
  layers: Type.Array(LayerRow),
  parameters: Type.Integer(),
  trainable_parameters: Type.Integer(),
  batch_size: Type.Integer({ description: 'The batch that the figures below are for' }),
  forward_flops: Type.Integer(),
  backward_flops: Type.Integer(),
  memory_bytes: Type.Object({
    parameters: Type.Integer(),
    optimizer: Type.Integer({ description: 'With Adam, where the training does not name another' }),
    activations: Type.Integer({ description: 'Outputs of all layers' }),
    peak: Type.Integer({
      description:
        'Estimate of the resident memory of the process that trains on a CPU, by the lowering that takes more: ' +
        'plain ONNX or blocks of 16 channels. Which one a job gets is chosen on the machine that trains it',
    }),
  }),
});
export type ModelSummary = Static<typeof ModelSummary>;

/** What a model brings along that was posted as Keras wrote it. */
const FromKeras = {
  training_defaults: Nullable(TrainingOptions, {
    description: "What the Keras document says of training. A job's own `training` goes before it, field by field",
  }),
  notes: Type.Array(Type.String(), {
    description: 'What of the Keras document was left out, because it changes nothing here',
  }),
};

/** `summary` is null while the input size or the number of classes is left to the data set. */
export const Model = Type.Object(
  {
    id: IdSchema('model'),
    object: Type.Literal('model'),
    name: Type.String(),
    spec: Type.Unknown(),
    summary: Nullable(ModelSummary),
    ...FromKeras,
    created_at: Timestamp,
  },
  { $id: 'Model' },
);
export type Model = Static<typeof Model>;

export const ModelValidation = Type.Object(
  {
    object: Type.Literal('model_validation'),
    spec: Type.Unknown({ description: 'The normalised specification' }),
    summary: Nullable(ModelSummary),
    ...FromKeras,
  },
  { $id: 'ModelValidation' },
);
export type ModelValidation = Static<typeof ModelValidation>;

/** The ways in which a stored model is written as Keras would write it. */
export const KERAS_FORMATS = ['keras3', 'keras2'] as const;
export type KerasFormat = (typeof KERAS_FORMATS)[number];

/** A ready-made model. */
export const ModelPreset = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal('model_preset'),
    name: Type.String(),
    description: Type.String(),
    spec: Type.Unknown({ description: 'Ready to be posted' }),
    training: TrainingOptions,
    summary: ModelSummary,
  },
  {
    $id: 'ModelPreset',
    description: 'A ready-made model, with a training that suits it and its layers for ten classes',
  },
);
export type ModelPreset = Static<typeof ModelPreset>;
