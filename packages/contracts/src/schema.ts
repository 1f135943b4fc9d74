/** Small schema builders that the resources share. */
import { type TSchema, Type } from 'typebox';

/** An object that takes no other fields than those named. */
export function Strict<T extends Record<string, TSchema>>(properties: T, options: Record<string, unknown> = {}) {
  return Type.Object(properties, { additionalProperties: false, ...options });
}

export function Nullable<T extends TSchema>(schema: T, options: Record<string, unknown> = {}) {
  return Type.Union([schema, Type.Null()], options);
}

/** A time as RFC 3339 in UTC. */
export const Timestamp = Type.String({ format: 'date-time' });

/** One of the given words. */
export function Words<const T extends readonly string[]>(words: T, options: Record<string, unknown> = {}) {
  return Type.Unsafe<T[number]>({ type: 'string', enum: [...words], ...options });
}

/**
 * A name, or an object with a `type` and arguments. The objects are a union of their own, so that errors are about the
 * one that was meant.
 */
export function Named<T>(kinds: Readonly<Record<string, TSchema>>, options: Record<string, unknown> = {}) {
  return Type.Unsafe<T>({
    anyOf: [{ type: 'string', enum: Object.keys(kinds) }, { anyOf: Object.values(kinds) }],
    ...options,
  });
}

export const ErrorRecordSchema = Type.Object({
  code: Type.String(),
  message: Type.String(),
  errors: Type.Optional(Type.Array(Type.Object({ pointer: Type.String(), detail: Type.String() }))),
});

/** The answer of a list: newest first unless its route says otherwise. */
export function ListOf<T extends TSchema>(item: T) {
  return Type.Object({
    object: Type.Literal('list'),
    data: Type.Array(item),
    has_more: Type.Boolean(),
    next_cursor: Nullable(Type.String()),
  });
}

export interface List<T> {
  object: 'list';
  data: T[];
  has_more: boolean;
  next_cursor: string | null;
}

export const LIST_LIMIT_DEFAULT = 20;
export const LIST_LIMIT_MAX = 100;

export const ListQuery = Strict({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: LIST_LIMIT_MAX, default: LIST_LIMIT_DEFAULT })),
  after: Type.Optional(Type.String({ description: 'The id of the last item of the page before' })),
});
