/** Values of a posted document and where they stand in it. Nothing here trusts their prototypes. */

export type JsonRecord = Readonly<Record<string, unknown>>;

/** A value and the JSON pointer (RFC 6901) to it. */
export interface Located<T = unknown> {
  readonly value: T;
  readonly pointer: string;
}

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An own field, or undefined. */
export function fieldOf(record: JsonRecord, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** A text field, or undefined where it is no text. */
export function textOf(record: JsonRecord, key: string): string | undefined {
  const value = fieldOf(record, key);
  return typeof value === 'string' ? value : undefined;
}

export function pointerTo(pointer: string, key: string | number): string {
  return `${pointer}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

export function locate(parent: Located<JsonRecord>, key: string): Located {
  return { value: fieldOf(parent.value, key), pointer: pointerTo(parent.pointer, key) };
}

/** The entry of a table, or undefined; a key such as "constructor" is in no table. */
export function lookUp<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

/** Whether two values print the same. Documents are known to be shallow enough for that. */
export function sameJson(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
