/** The error answers of a route, for its schema. */
import { ERROR_KINDS, type ErrorCode, PROBLEM_CONTENT_TYPE, Problem } from '@trainyard/contracts';
import { reference } from './reference.js';

/** One response for each status that the codes have; its description names them. */
export function problems(...codes: ErrorCode[]) {
  const statuses = [...new Set(codes.map((code) => ERROR_KINDS[code].status))];
  return Object.fromEntries(
    statuses.map((status) => [status, toResponse(codes.filter((code) => ERROR_KINDS[code].status === status))]),
  );
}

/** The same, for a route that needs a key. */
export function keyedProblems(...codes: ErrorCode[]) {
  return problems('unauthorized', ...codes);
}

function toResponse(codes: ErrorCode[]) {
  return {
    description: codes.map((code) => `\`${code}\`: ${ERROR_KINDS[code].title}.`).join(' '),
    content: { [PROBLEM_CONTENT_TYPE]: { schema: reference(Problem) } },
  };
}

/** What a body that describes a job may be refused for. */
export const JOB_PROBLEMS = [
  'not_found',
  'dataset_not_ready',
  'invalid_request',
  'invalid_spec',
  'batch_too_large',
  'device_unavailable',
  'invalid_json',
  'unsupported_media_type',
] as const satisfies readonly ErrorCode[];
