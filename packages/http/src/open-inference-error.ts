/** Errors below `/v2`: the Open Inference Protocol has `{"error": message}` where everything else has problem details. */
import { ERROR_KINDS, type ErrorRecord, type OpenInferenceError } from '@trainyard/contracts';

const PATH = /^\/v2(?:\/|$)/;

/** What the protocol calls a bad request, however it is bad. */
const UNPROCESSABLE = 422;

/** Whether an address is one of the protocol's, or would be. */
export function speaksOpenInference(path: string): boolean {
  return PATH.test(path);
}

/** The protocol knows no 422: what does not fit is 400. Pointers lead into the JSON part of the request. */
export function toOpenInferenceError({ code, message, errors }: ErrorRecord): {
  status: number;
  body: OpenInferenceError;
} {
  const { status } = ERROR_KINDS[code];
  const places = errors?.map(({ pointer, detail }) => (pointer === '' ? detail : `${pointer}: ${detail}`));
  const error = places === undefined || places.length === 0 ? message : places.join(' ');
  return { status: status === UNPROCESSABLE ? 400 : status, body: { error } };
}
