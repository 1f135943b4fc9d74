// Requests of the Open Inference Protocol, as a client puts them together.
import { TEST_KEY } from '../setup/index.js';
import { IMAGE } from './serving.js';

export const HEADER_LENGTH = 'inference-header-content-length';

export interface ProtocolAnswer {
  status: number;
  headers: Headers;
  /** The JSON part; empty where there was none. */
  json: Record<string, unknown> & { error?: string };
  /** What followed it. */
  binary: Buffer;
}

export interface ProtocolRequest {
  method?: string;
  key?: string;
  headers?: Record<string, string>;
  body?: RequestInit['body'];
}

/** Sends a request to a port, with a key unless another is given. */
export async function ask(port: number, path: string, request: ProtocolRequest = {}): Promise<ProtocolAnswer> {
  const { method = request.body === undefined ? 'GET' : 'POST', key = TEST_KEY, headers, body } = request;
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers: { ...(key ? { authorization: `Bearer ${key}` } : {}), ...headers },
    ...(body === undefined ? {} : { body }),
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  const jsonBytes = Number(answer.headers.get(HEADER_LENGTH) ?? bytes.length);
  const text = bytes.toString('utf8', 0, jsonBytes);
  const json = text === '' ? {} : JSON.parse(text);
  return { status: answer.status, headers: answer.headers, json, binary: bytes.subarray(jsonBytes) };
}

/** A body of JSON. */
export const asJson = (value: unknown): ProtocolRequest => ({
  body: JSON.stringify(value),
  headers: { 'content-type': 'application/json' },
});

/** A body of JSON and what belongs to it as bytes. */
export function asBinary(value: unknown, binary: Uint8Array): ProtocolRequest {
  const json = Buffer.from(JSON.stringify(value));
  return { body: Buffer.concat([json, binary]), headers: { [HEADER_LENGTH]: String(json.length) } };
}

const { width, height, channels } = IMAGE;

/** The input of `n` images, without its elements. */
export const pixelInput = (n: number) => ({ name: 'image', shape: [n, height, width, channels], datatype: 'UINT8' });

export const pixelsAsJson = (pixels: Uint8Array, rest: object = {}) =>
  asJson({ ...rest, inputs: [{ ...pixelInput(pixels.length / (width * height * channels)), data: [...pixels] }] });

export function pixelsAsBinary(pixels: Uint8Array, rest: object = {}): ProtocolRequest {
  const input = pixelInput(pixels.length / (width * height * channels));
  return asBinary({ ...rest, inputs: [{ ...input, parameters: { binary_data_size: pixels.length } }] }, pixels);
}

/** `BYTES` in binary form. */
export function bytesTensor(files: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    files.flatMap((file) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(file.length);
      return [length, file];
    }),
  );
}
