/** Fills in what was left out of posted options. The schema is the one place that holds the defaults. */
import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';

/** Options of which none is left out any more, those of nested objects included. */
export type Resolved<O> = O extends readonly unknown[]
  ? O
  : O extends object
    ? { [K in keyof O]-?: Resolved<O[K]> }
    : O;

/** The options and the default of each field that was left out. Every optional field of the schema must have one. */
export function withDefaults<O extends object>(schema: TSchema, options: O): Resolved<O> {
  return Value.Default(schema, structuredClone(options)) as Resolved<O>;
}
