/** The headers of tus 1.0 (tus.io/protocols/resumable-upload): what is spoken here, and what a request says. */
import { TrainyardError } from '@trainyard/contracts';
import type { FastifyRequest } from 'fastify';
import { CHECKSUMS, type Checksum, readChecksum } from './checksum.js';

export const TUS_VERSION = '1.0.0';
export const TUS_EXTENSIONS = ['creation', 'creation-with-upload', 'checksum', 'termination', 'expiration'] as const;
export const TUS_CONTENT_TYPE = 'application/offset+octet-stream';

const WHOLE_NUMBER = /^\d{1,15}$/;
const METADATA_KEY = /^[\x21-\x2b\x2d-\x7e]+$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** The value of `Upload-Offset`. Throws `bad_request` where it is none. */
export function offsetOf(request: FastifyRequest): number {
  return wholeNumber(request, 'upload-offset', 'the number of bytes that the server has, as HEAD says it');
}

/** The value of `Upload-Length`. Throws `bad_request` for what only other extensions take, `payload_too_large`. */
export function lengthOf(request: FastifyRequest, maxBytes: number): number {
  if (request.headers['upload-concat'] !== undefined)
    throw unsupported('Upload-Concat', 'Send one upload in one piece.');
  if (request.headers['upload-defer-length'] !== undefined) {
    throw unsupported('Upload-Defer-Length', 'Send Upload-Length with the size of the whole upload.');
  }
  const length = wholeNumber(request, 'upload-length', 'the size of the whole upload in bytes');
  if (length > maxBytes) throw new TrainyardError('payload_too_large', `Upload at most ${maxBytes} bytes.`);
  return length;
}

/** `Upload-Metadata` as it was sent, once it is sure to be well formed; null without it. */
export function metadataOf(request: FastifyRequest): string | null {
  const header = textOf(request, 'upload-metadata');
  if (header === undefined) return null;
  const pairs = header.split(',').map((pair) => pair.trim().split(' '));
  const keys = pairs.map(([key = '']) => key);
  const areWell = pairs.every(
    ([key = '', value = '', ...more]) => METADATA_KEY.test(key) && BASE64.test(value) && more.length === 0,
  );
  if (areWell && new Set(keys).size === keys.length) return header;
  const expected =
    'Expected pairs of a key and a Base64 value with a space between, commas after each, and no key twice.';
  throw new TrainyardError('bad_request', `Upload-Metadata cannot be read. ${expected}`);
}

/** What `Upload-Checksum` says of the body; null without it. Throws `bad_request` for one that cannot be checked. */
export function checksumOf(request: FastifyRequest): Checksum | null {
  const header = textOf(request, 'upload-checksum');
  if (header === undefined) return null;
  const checksum = readChecksum(header);
  if (checksum !== null) return checksum;
  const expected = `Expected one of ${CHECKSUMS.join(', ')}, a space and the checksum in Base64.`;
  throw new TrainyardError('bad_request', `Upload-Checksum cannot be checked. ${expected}`);
}

/** Whether the request says that it has a body. */
export function hasBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function wholeNumber(request: FastifyRequest, name: 'upload-offset' | 'upload-length', meaning: string): number {
  const text = textOf(request, name);
  if (text !== undefined && WHOLE_NUMBER.test(text)) return Number(text);
  const title = name === 'upload-offset' ? 'Upload-Offset' : 'Upload-Length';
  const received = text === undefined ? 'there is no such header' : `received ${JSON.stringify(text.slice(0, 40))}`;
  throw new TrainyardError('bad_request', `Expected ${title} with ${meaning}; ${received}.`);
}

function textOf({ headers }: FastifyRequest, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}

function unsupported(name: string, remedy: string): TrainyardError {
  return new TrainyardError('bad_request', `${name} belongs to an extension that is not spoken here. ${remedy}`);
}
