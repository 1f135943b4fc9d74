/** The specification's JSON schema, for documentation, and its normalised form. */
import { type TSchema, Type } from 'typebox';
import { LayerName } from '../layers/arguments.js';
import { type LayerType, layers } from '../layers/index.js';

/** A layer with its name and every default filled in. */
export interface LayerSpec {
  readonly type: LayerType;
  readonly name: string;
  /** Names of the layers that feed it, or "input"; left out where that is the layer before. */
  readonly inputs?: readonly string[];
  /** False for a layer whose weights stay as they are; true is written only where they would stay otherwise. */
  readonly trainable?: boolean;
  readonly [argument: string]: unknown;
}

export interface InputSpec {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
}

/** A checked specification. `input` is left out where the data set decides. */
export interface ModelSpec {
  readonly input?: InputSpec;
  /** Nested models are flattened, and each layer comes after those that feed it; the last gives the outputs. */
  readonly layers: readonly LayerSpec[];
}

/** What layers call the model's image in their `inputs`. */
export const MODEL_INPUT = 'input';

/** A model within a model: its layers become layers of the outer one. */
export const NESTED_TYPE = 'sequential';

const Side = Type.Integer({ minimum: 1, maximum: 1024 });

export const inputSchema = Type.Object({
  width: Side,
  height: Side,
  channels: Type.Unsafe<1 | 3>({ type: 'integer', enum: [1, 3] }),
});

const Inputs = Type.Optional(
  Type.Array(Type.String(), {
    minItems: 1,
    description: 'Names of the layers that feed this one, or "input"; where left out, the layer before',
  }),
);

const Trainable = Type.Optional(
  Type.Boolean({
    description: 'false keeps the weights as they are; batch_normalization then uses its running statistics',
  }),
);

/** The arguments of a layer type, by name. */
export function argumentSchemas(type: LayerType): Readonly<Record<string, TSchema>> {
  const schema: { properties?: Record<string, TSchema> } = layers[type].arguments;
  return schema.properties ?? {};
}

/** JSON schema of a specification, with one entry per layer type. */
export const modelSpecSchema: TSchema = Type.Object(
  {
    input: Type.Optional(inputSchema),
    layers: Type.Array(
      { anyOf: [...(Object.keys(layers) as LayerType[]).map(layerSchema), nestedSchema()] },
      {
        minItems: 1,
      },
    ),
  },
  { additionalProperties: false },
);

function layerSchema(type: LayerType) {
  const withDefaults = Object.entries(argumentSchemas(type)).map(([name, schema]) => {
    return [name, 'default' in schema ? Type.Optional(schema) : schema] as const;
  });
  return Type.Object(
    {
      type: Type.Literal(type),
      name: LayerName,
      inputs: Inputs,
      trainable: Trainable,
      ...Object.fromEntries(withDefaults),
    },
    { additionalProperties: false, description: layers[type].summary },
  );
}

function nestedSchema() {
  return Type.Object(
    {
      type: Type.Literal(NESTED_TYPE),
      name: LayerName,
      inputs: Inputs,
      trainable: Trainable,
      layers: Type.Array(Type.Object({ type: Type.String() }, { additionalProperties: true }), { minItems: 1 }),
    },
    {
      additionalProperties: false,
      description: 'Layers that stand together; called "name.layer" when they are shown.',
    },
  );
}
