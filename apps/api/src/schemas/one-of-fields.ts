/** Bodies in which one field of several must be given. */
import { TrainyardError } from '@trainyard/contracts';

/** Throws `invalid_request` that points to each of the fields, unless exactly one of them is there. */
export function requireOneOf<F extends string>(
  body: { readonly [K in F]?: unknown },
  fields: readonly F[],
  detail: string,
): void {
  if (fields.filter((field) => body[field] !== undefined).length === 1) return;
  const errors = fields.map((field) => ({ pointer: `/${field}`, detail }));
  throw new TrainyardError('invalid_request', detail, { errors });
}
