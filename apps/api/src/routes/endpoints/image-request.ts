/** What predict and explain have in common: the bodies that images come in, and what such a request is refused for. */
import { PredictJson } from '@trainyard/contracts';
import { type TSchema, Type } from 'typebox';
import { keyedProblems } from '../../schemas/problems.js';
import { reference } from '../../schemas/reference.js';

export const File = Type.Unsafe<string>({ type: 'string', format: 'binary' });

export const imageProblems = keyedProblems(
  'not_found',
  'invalid_request',
  'invalid_image',
  'invalid_json',
  'invalid_multipart',
  'unsupported_media_type',
  'payload_too_large',
  'overloaded',
  'endpoint_not_ready',
  'unavailable',
);

/** @param file of the field `file` of a form: one, or several */
export function imageBodies(file: TSchema) {
  return {
    content: {
      'application/json': { schema: reference(PredictJson) },
      'application/octet-stream': { schema: File },
      'image/*': { schema: File },
      'multipart/form-data': { schema: Type.Object({ file }) },
    },
  };
}
