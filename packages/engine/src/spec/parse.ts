/** Reads a posted specification: checks every field, fills in defaults and names the layers. */
import type { FieldError } from '@trainyard/contracts';
import { TrainyardError } from '@trainyard/contracts';
import type { TSchema } from 'typebox';
import Value from 'typebox/value';
import { LayerName } from '../layers/arguments.js';
import { type LayerType, layers } from '../layers/index.js';
import { describeExpected, describeReceived } from './expectation.js';
import { argumentSchemas, type InputSpec, inputSchema, type LayerSpec, type ModelSpec } from './schema.js';

const MAX_LAYERS = 1000;

/**
 * The normalised form of a specification.
 *
 * @throws TrainyardError `invalid_spec`, with a JSON pointer into `value` for each thing that is wrong
 */
export function parseModelSpec(value: unknown): ModelSpec {
  const errors: FieldError[] = [];
  const spec = readSpec(value, errors);
  if (errors.length > 0) throw invalidSpec(errors);
  return spec;
}

export function invalidSpec(errors: FieldError[]): TrainyardError {
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return new TrainyardError('invalid_spec', `${errors[0].pointer}: ${errors[0].detail}${more}`, { errors });
}

function readSpec(value: unknown, errors: FieldError[]): ModelSpec {
  if (!isRecord(value)) {
    errors.push(mismatch('', 'an object with "layers"', value));
    return { layers: [] };
  }
  for (const key of Object.keys(value)) {
    if (key !== 'input' && key !== 'layers') errors.push(unknownField('', key, ['input', 'layers']));
  }
  const input = value.input === undefined ? undefined : readInput(value.input, errors);
  const read = readLayers(value.layers, errors);
  return input ? { input, layers: read } : { layers: read };
}

function readInput(value: unknown, errors: FieldError[]): InputSpec | undefined {
  if (!isRecord(value)) {
    errors.push(mismatch('/input', 'an object with width, height and channels', value));
    return undefined;
  }
  const fields = checkFields('/input', value, inputSchema.properties, errors);
  return { width: Number(fields.width), height: Number(fields.height), channels: fields.channels === 1 ? 1 : 3 };
}

function readLayers(value: unknown, errors: FieldError[]): LayerSpec[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_LAYERS) {
    const received = Array.isArray(value) ? `${value.length} layers` : describeReceived(value);
    errors.push({ pointer: '/layers', detail: `expected an array of 1 to ${MAX_LAYERS} layers; received ${received}` });
    return [];
  }
  const namer = new LayerNamer(value);
  return value.flatMap((layer, i) => readLayer(`/layers/${i}`, layer, namer, errors));
}

function readLayer(pointer: string, value: unknown, namer: LayerNamer, errors: FieldError[]): LayerSpec[] {
  if (!isRecord(value)) {
    errors.push(mismatch(pointer, 'an object with a "type"', value));
    return [];
  }
  const { type, name, ...rest } = value;
  if (typeof type !== 'string' || !isLayerType(type)) {
    const known = Object.keys(layers).map((known) => JSON.stringify(known));
    errors.push(mismatch(`${pointer}/type`, `one of ${known.join(', ')}`, type));
    return [];
  }
  if (name !== undefined && !Value.Check(LayerName, name)) {
    errors.push(mismatch(`${pointer}/name`, 'up to 64 letters, digits, ".", "_" or "-"', name));
    return [];
  }
  const fields = checkFields(pointer, rest, argumentSchemas(type), errors);
  const chosen = typeof name === 'string' ? namer.claim(name) : namer.make(type);
  if (chosen === null)
    errors.push({
      pointer: `${pointer}/name`,
      detail: `expected a name of its own; another layer is called ${describeReceived(name)} too`,
    });
  return [{ type, name: chosen ?? type, ...fields }];
}

/** Checks each field against its schema and fills in defaults, for null as well: that is how Keras writes a field left out. */
function checkFields(
  pointer: string,
  value: Record<string, unknown>,
  schemas: Readonly<Record<string, TSchema>>,
  errors: FieldError[],
): Record<string, unknown> {
  for (const key of Object.keys(value)) {
    if (!Object.hasOwn(schemas, key)) errors.push(unknownField(pointer, key, Object.keys(schemas)));
  }
  const checked: Record<string, unknown> = {};
  for (const [key, schema] of Object.entries(schemas)) {
    const field = value[key] ?? defaultOf(schema) ?? value[key];
    if ((field === undefined || field === null) && isOptional(schema)) continue;
    const error = checkValue(`${pointer}/${key}`, field, schema);
    if (error) errors.push(error);
    else checked[key] = field;
  }
  return checked;
}

/** What is wrong with one value. Objects that choose a kind by `type` are checked against that kind alone. */
function checkValue(pointer: string, value: unknown, schema: TSchema): FieldError | null {
  const fits: boolean = Value.Check(schema, value);
  if (fits) return null;
  const kind = isRecord(value) ? kindOf(schema, value.type) : undefined;
  if (kind && isRecord(value)) {
    const errors: FieldError[] = [];
    checkFields(pointer, value, kind, errors);
    if (errors.length > 0) return errors[0];
  }
  return mismatch(pointer, describeExpected(schema), value);
}

function kindOf(schema: TSchema, type: unknown): Record<string, TSchema> | undefined {
  const options: { anyOf?: { properties?: Record<string, TSchema & { const?: unknown }> }[] } = schema;
  return options.anyOf?.find((option) => option.properties?.type?.const === type)?.properties;
}

function defaultOf(schema: TSchema): unknown {
  const options: { default?: unknown } = schema;
  return options.default;
}

function isOptional(schema: TSchema): boolean {
  return '~optional' in schema;
}

function mismatch(pointer: string, expected: string, received: unknown): FieldError {
  return { pointer, detail: `expected ${expected}; received ${describeReceived(received)}` };
}

function unknownField(pointer: string, key: string, known: string[]): FieldError {
  const escaped = key.replaceAll('~', '~0').replaceAll('/', '~1');
  const expected = known.length > 0 ? `expected ${known.join(', ')}` : 'expected no arguments';
  return { pointer: `${pointer}/${escaped}`, detail: `unknown field; ${expected}` };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isLayerType(type: string): type is LayerType {
  return Object.hasOwn(layers, type);
}

/** Names layers as Keras does: the first is `conv2d`, then `conv2d_1`, around the names that were given. */
class LayerNamer {
  private readonly given: Set<unknown>;
  private readonly used = new Set<string>();

  constructor(posted: readonly unknown[]) {
    this.given = new Set(posted.map((layer) => (isRecord(layer) ? layer.name : undefined)));
  }

  /** The name itself, or null where it is taken. */
  claim(name: string): string | null {
    if (this.used.has(name)) return null;
    this.used.add(name);
    return name;
  }

  make(type: string): string {
    for (let i = 0; ; i++) {
      const name = i === 0 ? type : `${type}_${i}`;
      if (!this.used.has(name) && !this.given.has(name)) {
        this.used.add(name);
        return name;
      }
    }
  }
}
