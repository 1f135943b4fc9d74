/** Takes the body of a request apart: its JSON, and the bytes of tensors that follow it (Triton's binary tensor data). */
import { TrainyardError } from '@trainyard/contracts';
import { invalid } from './json-fields.js';
import { whyNotParsed } from './json-structure.js';

/** Lower case, as Node has headers. */
export const HEADER_LENGTH = 'inference-header-content-length';

/** Reading JSON keeps the server from answering anybody else; this is some 50 ms of it. */
export const JSON_BYTES_MAX = 8 * 1024 * 1024;

export interface RequestParts {
  /** Absent where the body is one tensor and nothing else. */
  json?: { value: unknown };
  /** What follows the JSON, without a copy. */
  binary: Uint8Array;
}

/**
 * `headerLength` is the `Inference-Header-Content-Length` of the request. Throws `invalid_json`, `payload_too_large`, and
 * `invalid_request` for a length that cannot be.
 */
export function requestParts(body: Buffer, headerLength: string | string[] | undefined): RequestParts {
  const jsonBytes = headerLength === undefined ? body.length : lengthOf(headerLength, body.length);
  const binary = body.subarray(jsonBytes);
  if (headerLength !== undefined && jsonBytes === 0) return { binary };
  return { json: { value: parse(body.subarray(0, jsonBytes)) }, binary };
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function lengthOf(given: string | string[], bodyBytes: number): number {
  const length = typeof given === 'string' && /^\d{1,15}$/.test(given) ? Number(given) : Number.NaN;
  if (length <= bodyBytes) return length;
  const detail = `Expected Inference-Header-Content-Length to be the number of bytes of JSON, 0 to ${bodyBytes}; received ${JSON.stringify(given)}.`;
  throw invalid('', detail);
}

function parse(json: Buffer): unknown {
  if (json.length > JSON_BYTES_MAX) {
    const detail = `Expected at most ${JSON_BYTES_MAX} bytes of JSON; received ${json.length}. Send the tensor as binary data (binary_data_size).`;
    throw new TrainyardError('payload_too_large', detail);
  }
  if (json.length === 0) throw invalid('', 'Expected a JSON object; received an empty body.');
  const unusual = whyNotParsed(json);
  if (unusual !== undefined) throw invalid('', unusual);
  try {
    return JSON.parse(utf8.decode(json));
  } catch (cause) {
    throw new TrainyardError('invalid_json', 'The body cannot be parsed as JSON. Check its syntax.', { cause });
  }
}
