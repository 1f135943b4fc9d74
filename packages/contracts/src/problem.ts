/** RFC 9457 problem details: the shape of every error answer. */
import { type Static, Type } from 'typebox';
import { ERROR_KINDS, type ErrorRecord } from './errors.js';

export const FieldErrorSchema = Type.Object({
  pointer: Type.String({ description: 'JSON pointer (RFC 6901) into what was sent' }),
  detail: Type.String(),
});

export const Problem = Type.Object(
  {
    type: Type.String({ description: 'URN of the error code, for example urn:trainyard:error:not_found' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: 'What to do about it' }),
    instance: Type.String({ description: 'The request this answers' }),
    errors: Type.Optional(Type.Array(FieldErrorSchema)),
  },
  { $id: 'Problem' },
);
export type Problem = Static<typeof Problem>;

export const PROBLEM_CONTENT_TYPE = 'application/problem+json';

/** The problem document for an error record. `instance` names the request. */
export function toProblem(error: ErrorRecord, instance: string): Problem {
  const { status, title } = ERROR_KINDS[error.code];
  return {
    type: `urn:trainyard:error:${error.code}`,
    title,
    status,
    detail: error.message,
    instance,
    ...(error.errors ? { errors: error.errors } : {}),
  };
}
