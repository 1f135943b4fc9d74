/** The answer to an inference request: JSON, and behind it the bytes of the output where those were asked for. */
import type { InferResponse } from '@trainyard/contracts';
import { writeBytesTensor } from './bytes-tensor.js';
import { classify } from './classification.js';
import type { InferCall } from './infer-request.js';
import { HEADER_LENGTH } from './request-parts.js';
import type { Signature } from './signature.js';

export interface Answered {
  /** The id of the checkpoint. */
  version: string;
  /** A row for each image. */
  outputs: Float32Array;
  /** By name, in milliseconds. */
  timing: Record<string, number>;
}

export interface InferAnswer {
  headers: Record<string, string | number>;
  body: Buffer;
}

type ResponseOutput = InferResponse['outputs'][number];
type Described = Pick<ResponseOutput, 'name' | 'datatype' | 'shape'>;

/** An output in its JSON form, or without its elements and with those as bytes. */
interface Written {
  output: ResponseOutput;
  binary?: Buffer;
}

export function inferAnswer(
  call: InferCall,
  signature: Signature,
  { version, outputs, timing }: Answered,
): InferAnswer {
  const { output, binary } = write(call, signature, outputs);
  const response: InferResponse = {
    model_name: signature.model,
    model_version: version,
    ...(call.id === undefined ? {} : { id: call.id }),
    parameters: timing,
    outputs: [output],
  };
  const json = Buffer.from(JSON.stringify(response));
  if (binary === undefined) return { headers: { 'content-type': 'application/json' }, body: json };
  const headers = { 'content-type': 'application/octet-stream', [HEADER_LENGTH]: json.length };
  return { headers, body: Buffer.concat([json, binary]) };
}

function write({ count, output }: InferCall, signature: Signature, values: Float32Array): Written {
  if (output.classes > 0) {
    const texts = classify(values, signature.labels, output.classes);
    const described: Described = { name: signature.output, datatype: 'BYTES', shape: [count, output.classes] };
    return output.binary ? asBinary(described, writeBytesTensor(texts)) : { output: { ...described, data: texts } };
  }
  const described: Described = { name: signature.output, datatype: 'FP32', shape: [count, signature.labels.length] };
  if (!output.binary) return { output: { ...described, data: Array.from(values) } };
  return asBinary(described, Buffer.from(values.buffer, values.byteOffset, values.byteLength));
}

function asBinary(described: Described, binary: Buffer): Written {
  return { output: { ...described, parameters: { binary_data_size: binary.length } }, binary };
}
