/** Reads fields of a JSON request by hand: with no more than one look at each, and errors that say what came instead. */
import { TrainyardError } from '@trainyard/contracts';

/** JSON pointer into the request. */
export type Pointer = string;

export function invalid(pointer: Pointer, detail: string): TrainyardError {
  return new TrainyardError('invalid_request', detail, { errors: [{ pointer, detail }] });
}

/** Throws `invalid_request` for anything that is no object. */
export function objectAt(value: unknown, pointer: Pointer): object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw expected('an object', value, pointer);
}

/** Throws `invalid_request` for anything that is no array. */
export function arrayAt(value: unknown, pointer: Pointer): unknown[] {
  if (Array.isArray(value)) return value;
  throw expected('an array', value, pointer);
}

/** Throws `invalid_request` for anything that is no text. */
export function stringAt(value: unknown, pointer: Pointer): string {
  if (typeof value === 'string') return value;
  throw expected('a string', value, pointer);
}

/** `false` where it was left out. */
export function flagAt(value: unknown, pointer: Pointer): boolean {
  if (value === undefined) return false;
  if (typeof value === 'boolean') return value;
  throw expected('true or false', value, pointer);
}

/** Undefined where it was left out. */
export function countAt(value: unknown, pointer: Pointer): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw expected('a whole number of at least 0', value, pointer);
}

/** The `parameters` of `owner`; nothing where it has none. A parameter that means nothing here is passed over. */
export function parametersOf(owner: object, pointer: Pointer): (name: string) => unknown {
  const given: unknown = Reflect.get(owner, 'parameters');
  if (given === undefined) return () => undefined;
  const parameters = objectAt(given, `${pointer}/parameters`);
  return (name) => (Object.hasOwn(parameters, name) ? Reflect.get(parameters, name) : undefined);
}

export function expected(what: string, value: unknown, pointer: Pointer): TrainyardError {
  return invalid(pointer, `Expected ${what}; received ${shown(value)}.`);
}

const SHOWN_MAX = 60;

export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value);
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text;
}
