/** References to the schemas that the OpenAPI document has under `components`. */
import { type Static, type TSchema, Type } from 'typebox';

/** A reference to a schema with an `$id`, of the same type. */
export function reference<T extends TSchema>(schema: T, options: { description?: string } = {}) {
  return Type.Unsafe<Static<T>>({ $ref: `${idOf(schema)}#`, ...options });
}

/** The `$id` of a schema. */
export function idOf(schema: TSchema): string {
  const id: unknown = Reflect.get(schema, '$id');
  if (typeof id !== 'string') throw new TypeError('Only a schema with an $id can be referred to.');
  return id;
}
