/** An inference request, read from its body. */
import type { PredictInput } from '@trainyard/contracts';
import { readImageInput, readRawInput } from './image-input.js';
import { objectAt, stringAt } from './json-fields.js';
import { requestParts } from './request-parts.js';
import { BY_DEFAULT, type RequestedOutput, readRequestedOutput } from './requested-output.js';
import type { Signature } from './signature.js';

export interface InferCall {
  /** The client's own name for the request. */
  id: string | undefined;
  input: PredictInput;
  /** Images. */
  count: number;
  output: RequestedOutput;
}

/**
 * `headerLength` is the `Inference-Header-Content-Length` of the request: absent where the body is JSON alone, 0 where it
 * is one tensor alone. Throws `invalid_json`, `invalid_request`, `invalid_image`, `payload_too_large`.
 */
export function readInferRequest(
  body: Buffer,
  headerLength: string | string[] | undefined,
  signature: Signature,
): InferCall {
  const { json, binary } = requestParts(body, headerLength);
  if (json === undefined) {
    return { id: undefined, ...readRawInput(binary, signature), output: { ...BY_DEFAULT, binary: true } };
  }
  const request = objectAt(json.value, '');
  const id: unknown = Reflect.get(request, 'id');
  return {
    id: id === undefined ? undefined : stringAt(id, '/id'),
    output: readRequestedOutput(request, signature),
    ...readImageInput(Reflect.get(request, 'inputs'), binary, signature),
  };
}
