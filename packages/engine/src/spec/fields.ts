/** Checks the fields of a posted object against their schemas, one by one, so that each error has a place of its own. */
import type { FieldError } from '@trainyard/contracts';
import type { TSchema } from 'typebox';
import Value from 'typebox/value';
import { describeExpected, describeReceived } from './expectation.js';

/** Checks each field against its schema and fills in defaults, for null as well: that is how Keras writes a field left out. */
export function checkFields(
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

export function mismatch(pointer: string, expected: string, received: unknown): FieldError {
  return { pointer, detail: `expected ${expected}; received ${describeReceived(received)}` };
}

export function unknownField(pointer: string, key: string, known: readonly string[]): FieldError {
  const escaped = key.replaceAll('~', '~0').replaceAll('/', '~1');
  const expected = known.length > 0 ? `expected ${known.join(', ')}` : 'expected no arguments';
  return { pointer: `${pointer}/${escaped}`, detail: `unknown field; ${expected}` };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
