/** The error answers of a route below `/v2`, for its schema. */
import { ERROR_KINDS, type ErrorCode, OpenInferenceError } from '@trainyard/contracts';
import { reference } from '../../schemas/reference.js';

/** The protocol has 400 for what is 422 elsewhere. */
function statusOf(code: ErrorCode): number {
  const { status } = ERROR_KINDS[code];
  return status === 422 ? 400 : status;
}

/** One response for each status that the codes have. */
export function protocolErrors(...codes: ErrorCode[]) {
  const statuses = [...new Set(codes.map(statusOf))];
  return Object.fromEntries(
    statuses.map((status) => {
      const same = codes.filter((code) => statusOf(code) === status);
      const description = same.map((code) => `${ERROR_KINDS[code].title}.`).join(' ');
      return [status, { description, content: { 'application/json': { schema: reference(OpenInferenceError) } } }];
    }),
  );
}
