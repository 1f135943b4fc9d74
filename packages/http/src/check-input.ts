/** Checks a value that did not come as a JSON body, such as the fields of a form, exactly as a body is checked. */
import { TrainyardError } from '@trainyard/contracts';
import type { FastifyRequest } from 'fastify';
import { invalidInput, type SchemaErrors } from './error-record.js';
import { firstUnusable } from './request-text.js';

/** Fills in the defaults of `schema`. Throws `invalid_request` with pointers into `value`. */
export function checkInput(request: FastifyRequest, schema: object, value: object): void {
  const unusable = firstUnusable(value);
  if (unusable !== undefined) throw invalid({ errors: [unusable], message: 'Correct what "errors" points to.' });
  const validate = request.compileValidationSchema(schema);
  if (!validate(value)) throw invalid(invalidInput((validate.errors ?? []) as SchemaErrors, 'form'));
}

function invalid({ message, errors }: Pick<ReturnType<typeof invalidInput>, 'message' | 'errors'>): TrainyardError {
  return new TrainyardError('invalid_request', message, errors === undefined ? {} : { errors });
}
