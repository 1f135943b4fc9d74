/** Any error that a request ends with, as a record of the registry: what the caller may know of it, and no more. */
import { type ErrorCode, type ErrorRecord, TrainyardError, toErrorRecord } from '@trainyard/contracts';
import { isDatabaseUnavailable } from '@trainyard/db';
import type { FastifyError, FastifyRequest } from 'fastify';
import { type SchemaError, toFieldError } from './schema-error.js';
import { resolveUnions } from './union-error.js';

const ERRORS_SHOWN = 20;

interface Answer {
  code: ErrorCode;
  message: string;
}

/** Fastify's own errors that a caller can cause. */
const FASTIFY_ERRORS: Record<string, Answer> = {
  FST_ERR_BAD_URL: { code: 'bad_request', message: 'The address has a broken percent escape. Encode it again.' },
  FST_ERR_MAX_PARAM_LENGTH: { code: 'not_found', message: 'A part of the address is longer than any id or name.' },
  FST_ERR_CTP_BODY_TOO_LARGE: { code: 'payload_too_large', message: 'Send a smaller body.' },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    code: 'bad_request',
    message: 'The body is not as long as Content-Length says. Send all of it.',
  },
  FST_ERR_CTP_EMPTY_JSON_BODY: { code: 'invalid_json', message: 'The body is empty. Send a JSON object.' },
  FST_ERR_CTP_INVALID_JSON_BODY: {
    code: 'invalid_json',
    message: 'The body cannot be parsed as JSON. Check its syntax.',
  },
};

const DATABASE_UNAVAILABLE: Answer = {
  code: 'unavailable',
  message: 'The database cannot be reached. Try again in a moment.',
};

const STATUS_CODES: Record<number, ErrorCode> = {
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
  422: 'invalid_request',
};

export function errorRecordOf(error: FastifyError | TrainyardError, request: FastifyRequest): ErrorRecord {
  if (error instanceof TrainyardError) return error.toRecord();
  if (error.validation !== undefined) {
    const part = error.validationContext === 'querystring' ? 'query' : (error.validationContext ?? 'body');
    return invalidInput(error.validation as SchemaErrors, part);
  }
  if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return mediaTypeRecord(request);
  const known = FASTIFY_ERRORS[error.code];
  if (known !== undefined) return known;
  const status = error.statusCode ?? 500;
  // A connection that breaks while a body is read has the code of one to a database, but is the client's.
  const isClients = status >= 400 && status < 500;
  if (!isClients) return isDatabaseUnavailable(error) ? DATABASE_UNAVAILABLE : toErrorRecord(error);
  return { code: STATUS_CODES[status] ?? 'bad_request', message: 'The request cannot be read. Check how it is sent.' };
}

export type SchemaErrors = SchemaError[];

/** `part` is what does not fit: body, query or form. */
export function invalidInput(validation: SchemaErrors, part: string): ErrorRecord {
  const errors = resolveUnions(validation).map(toFieldError);
  const more = errors.length > ERRORS_SHOWN ? ` The first ${ERRORS_SHOWN} of ${errors.length} are listed.` : '';
  return {
    code: 'invalid_request',
    message: `Correct the ${part} as "errors" says and send it again.${more}`,
    errors: errors.slice(0, ERRORS_SHOWN),
  };
}

function mediaTypeRecord(request: FastifyRequest): ErrorRecord {
  const given = request.headers['content-type'];
  const accepted = request.routeOptions.config.accepts ?? ['application/json'];
  return {
    code: 'unsupported_media_type',
    message: `Send Content-Type: ${accepted.join(' or ')}${given === undefined ? '; it was not given' : ''}.`,
  };
}
