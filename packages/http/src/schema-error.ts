/** What Ajv says about one thing that does not fit a schema (with its `verbose` option on). */
import type { FieldError } from '@trainyard/contracts';

export interface SchemaError {
  keyword: string;
  /** JSON pointer into the data. */
  instancePath: string;
  schemaPath: string;
  params: Record<string, unknown>;
  message?: string;
  schema?: unknown;
  parentSchema?: Record<string, unknown>;
  data?: unknown;
}

/** One reference token of a JSON pointer (RFC 6901). */
export function pointerToken(name: string): string {
  return `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** A schema error as the caller sees it: where it is, what was expected, what was received. */
export function toFieldError(error: SchemaError): FieldError {
  const { instancePath, params } = error;
  switch (error.keyword) {
    case 'required':
      return { pointer: instancePath + pointerToken(`${params.missingProperty}`), detail: 'Required, but missing.' };
    case 'additionalProperties':
      return {
        pointer: instancePath + pointerToken(`${params.additionalProperty}`),
        detail: `Unknown field.${knownFields(error.parentSchema)}`,
      };
    default:
      return { pointer: instancePath, detail: `Expected ${expectation(error)}; received ${received(error.data)}.` };
  }
}

function expectation({ keyword, params, message, schema }: SchemaError): string {
  switch (keyword) {
    case 'type':
      return typeNames(params.type);
    case 'enum':
      return oneOf(params.allowedValues);
    case 'const':
      return JSON.stringify(params.allowedValue);
    case 'minimum':
      return `at least ${params.limit}`;
    case 'maximum':
      return `at most ${params.limit}`;
    case 'exclusiveMinimum':
      return `more than ${params.limit}`;
    case 'exclusiveMaximum':
      return `less than ${params.limit}`;
    case 'minLength':
      return `at least ${params.limit} characters`;
    case 'maxLength':
      return `at most ${params.limit} characters`;
    case 'minItems':
      return `at least ${params.limit} items`;
    case 'maxItems':
      return `at most ${params.limit} items`;
    case 'pattern':
      return patternMeaning(`${schema}`);
    default:
      return (message ?? keyword).replace(/^must be /, '');
  }
}

function patternMeaning(pattern: string): string {
  const prefix = /^\^([a-z]+_)\[/.exec(pattern)?.[1];
  return prefix === undefined ? `a text that matches ${pattern}` : `an id that begins with ${prefix}`;
}

function knownFields(schema: Record<string, unknown> | undefined): string {
  const names = Object.keys(schema?.properties ?? {});
  return names.length === 0 ? '' : ` The fields here are ${names.join(', ')}.`;
}

function oneOf(values: unknown): string {
  const list = Array.isArray(values) ? values : [values];
  return list.length === 1
    ? JSON.stringify(list[0])
    : `one of ${list.map((value) => JSON.stringify(value)).join(', ')}`;
}

const TYPE_NAMES: Record<string, string> = {
  object: 'an object',
  array: 'an array',
  string: 'a string',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  null: 'null',
};

function typeNames(types: unknown): string {
  const list = (Array.isArray(types) ? types : `${types}`.split(',')).map((type) => TYPE_NAMES[`${type}`] ?? `${type}`);
  return list.join(' or ');
}

const SHOWN_TEXT = 60;

/** A short description of a value: long texts are cut, objects and arrays are only named. */
export function received(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (value !== null && typeof value === 'object') return 'an object';
  const text = typeof value === 'number' ? `${value}` : JSON.stringify(value);
  return text.length <= SHOWN_TEXT ? text : `${text.slice(0, SHOWN_TEXT)}…`;
}
