/** What the columns of a Parquet file hold, by its schema. */
import type { SchemaTree } from 'hyparquet';

/** PNG, JPEG and the like; lists of numbers or of texts; single ones. */
export type ColumnKind = 'encoded' | 'list' | 'texts' | 'number' | 'text' | 'other';

const NUMBERS: ReadonlySet<unknown> = new Set(['INT32', 'INT64', 'FLOAT', 'DOUBLE', 'BOOLEAN']);

/** By the names of the columns, in their order. */
export function columnKinds(schema: SchemaTree): Map<string, ColumnKind> {
  return new Map(schema.children.map((child) => [child.element.name, kindOf(child)]));
}

function kindOf({ element, children }: SchemaTree): ColumnKind {
  const { type, logical_type: logical, converted_type: converted } = element;
  if (children.length === 0) {
    if (type === 'BYTE_ARRAY') return isText(element) ? 'text' : 'encoded';
    return NUMBERS.has(type) ? 'number' : 'other';
  }
  if (children.some((child) => child.element.name === 'bytes' && child.element.type === 'BYTE_ARRAY')) return 'encoded';
  const isList = logical?.type === 'LIST' || converted === 'LIST';
  const leaf = isList ? leafOf(children[0]) : null;
  if (leaf === null) return 'other';
  return NUMBERS.has(leaf.type) ? 'list' : isText(leaf) ? 'texts' : 'other';
}

function isText({ type, logical_type: logical, converted_type: converted }: SchemaTree['element']): boolean {
  return type === 'BYTE_ARRAY' && (logical?.type === 'STRING' || converted === 'UTF8');
}

/** Of lists in lists. */
function leafOf({ element, children }: SchemaTree): SchemaTree['element'] | null {
  return children.length === 1 ? leafOf(children[0]) : children.length === 0 ? element : null;
}
