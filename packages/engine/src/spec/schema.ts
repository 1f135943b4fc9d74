/** The specification's JSON schema, for documentation, and its normalised form. */
import { type TSchema, Type } from 'typebox';
import { LayerName } from '../layers/arguments.js';
import { type LayerType, layers } from '../layers/index.js';

/** A layer with its name and every default filled in. */
export interface LayerSpec {
  readonly type: LayerType;
  readonly name: string;
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
  readonly layers: readonly LayerSpec[];
}

const Side = Type.Integer({ minimum: 1, maximum: 1024 });

export const inputSchema = Type.Object({
  width: Side,
  height: Side,
  channels: Type.Unsafe<1 | 3>({ type: 'integer', enum: [1, 3] }),
});

/** The arguments of a layer type, by name. */
export function argumentSchemas(type: LayerType): Readonly<Record<string, TSchema>> {
  const schema: { properties?: Record<string, TSchema> } = layers[type].arguments;
  return schema.properties ?? {};
}

/** JSON schema of a specification, with one entry per layer type. */
export const modelSpecSchema: TSchema = Type.Object(
  {
    input: Type.Optional(inputSchema),
    layers: Type.Array({ anyOf: (Object.keys(layers) as LayerType[]).map(layerSchema) }, { minItems: 1 }),
  },
  { additionalProperties: false },
);

function layerSchema(type: LayerType) {
  const withDefaults = Object.entries(argumentSchemas(type)).map(([name, schema]) => {
    return [name, 'default' in schema ? Type.Optional(schema) : schema] as const;
  });
  return Type.Object(
    { type: Type.Literal(type), name: LayerName, ...Object.fromEntries(withDefaults) },
    { additionalProperties: false, description: layers[type].summary },
  );
}
