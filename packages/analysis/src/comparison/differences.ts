/** Where JSON documents differ, by JSON pointer (RFC 6901). */

/** `values` has, by the name of its document, what stands at the pointer; a document without it is left out. */
export interface Difference {
  readonly pointer: string;
  readonly values: Readonly<Record<string, unknown>>;
}

type Documents = ReadonlyMap<string, unknown>;
type JsonObject = Readonly<Record<string, unknown>>;

/**
 * The places where not all documents have the same, in the order of the documents. Objects are compared field by field.
 * So are lists, item by item; items with a `name` are matched by it, so that a layer that one document has more does not
 * make those after it differ. A pointer then is that of the first document that has the item.
 */
export function findDifferences(documents: Readonly<Record<string, unknown>>): Difference[] {
  return compare('', new Map(Object.entries(documents)), Object.keys(documents).length);
}

function compare(pointer: string, found: Documents, expected: number): Difference[] {
  const values = [...found.values()];
  if (found.size === expected && values.every((value) => isSame(value, values[0]))) return [];
  if (found.size > 1 && values.every(isObject)) return compareParts(pointer, found, fieldsOf, found.size);
  const whole = [{ pointer, values: Object.fromEntries(found) }];
  if (found.size === 1 || !values.every(Array.isArray)) return whole;
  const parts = compareParts(pointer, found, itemsOf(values), found.size);
  // The same named items in another order.
  return parts.length > 0 ? parts : whole;
}

/** A part of a document: by what it is matched, where it stands, and what it is. */
interface Part {
  readonly key: string;
  readonly token: string;
  readonly value: unknown;
}

function compareParts(
  pointer: string,
  found: Documents,
  partsOf: (value: unknown) => Part[],
  expected: number,
): Difference[] {
  const matched = new Map<string, { token: string; values: Map<string, unknown> }>();
  for (const [name, document] of found) {
    for (const { key, token, value } of partsOf(document)) {
      const match = matched.get(key) ?? { token, values: new Map() };
      match.values.set(name, value);
      matched.set(key, match);
    }
  }
  return [...matched.values()].flatMap(({ token, values }) => compare(`${pointer}/${token}`, values, expected));
}

function fieldsOf(value: unknown): Part[] {
  if (!isObject(value)) return [];
  return Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .map(([key, field]) => ({ key, token: key.replaceAll('~', '~0').replaceAll('/', '~1'), value: field }));
}

function itemsOf(lists: readonly unknown[]): (value: unknown) => Part[] {
  const isNamed = lists.every((list) => Array.isArray(list) && list.every((item) => nameOf(item) !== null));
  return (list) => {
    if (!Array.isArray(list)) return [];
    return list.map((value: unknown, i) => ({
      key: (isNamed ? nameOf(value) : null) ?? String(i),
      token: String(i),
      value,
    }));
  };
}

function nameOf(item: unknown): string | null {
  return isObject(item) && typeof item.name === 'string' ? item.name : null;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSame(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => isSame(item, b[i]));
  if (!isObject(a) || !isObject(b)) return Object.is(a, b);
  const fields = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...fields].every((field) => isSame(a[field], b[field]));
}
