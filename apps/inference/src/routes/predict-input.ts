/** Reads the body of a prediction, whichever way it was sent, without looking into it. */
import type { MultipartFile } from '@fastify/multipart';
import multipart from '@fastify/multipart';
import { INSTANCES_MAX, type PredictInput, TrainyardError } from '@trainyard/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { BODY_BYTES_MAX } from './body-limit.js';

export const ACCEPTED = ['image/*', 'application/octet-stream', 'multipart/form-data', 'application/json'] as const;

const LIMITS = { files: INSTANCES_MAX, fields: 1, parts: INSTANCES_MAX + 1, fieldSize: 1024, fileSize: BODY_BYTES_MAX };

/** Lets a scope take the accepted content types, and no other. */
export async function acceptPredictInput(app: FastifyInstance): Promise<void> {
  app.removeAllContentTypeParsers();
  const asBytes = { parseAs: 'buffer', bodyLimit: BODY_BYTES_MAX } as const;
  for (const type of ['application/json', 'application/octet-stream', /^image\/[\w.+-]+/]) {
    app.addContentTypeParser(type, asBytes, (_request, body, done) => done(null, body));
  }
  await app.register(multipart, { limits: LIMITS });
}

/** An `onRequest` hook: says what came before any of it is read. */
export async function refuseTooLarge({ headers }: FastifyRequest): Promise<void> {
  const bytes = Number(headers['content-length'] ?? 0);
  if (bytes <= BODY_BYTES_MAX) return;
  throw tooLarge(`Send at most ${BODY_BYTES_MAX} bytes in one request; received ${bytes}.`);
}

/** Throws `invalid_request`, `invalid_multipart`, `payload_too_large`. */
export async function readPredictInput(request: FastifyRequest): Promise<PredictInput> {
  if (request.isMultipart()) return { kind: 'files', parts: await readFiles(request) };
  const { body } = request;
  if (!(body instanceof Uint8Array) || body.length === 0) {
    throw invalid('', 'The body is empty. Send an image, a form with files, or JSON with instances.');
  }
  const isJson = request.headers['content-type']?.trimStart().toLowerCase().startsWith('application/json');
  return { kind: isJson ? 'json' : 'image', parts: [body] };
}

async function readFiles(request: FastifyRequest): Promise<Uint8Array[]> {
  const files: Uint8Array[] = [];
  let room = BODY_BYTES_MAX;
  try {
    for await (const part of request.parts({ limits: LIMITS })) {
      if (part.fieldname !== 'file') throw invalid(pointerOf(part.fieldname), 'Unknown field. The field here is file.');
      if (part.type === 'field') throw invalid('/file', 'Expected a part with a file name; received a plain field.');
      const file = await readFile(part, room);
      room -= file.length;
      files.push(file);
    }
  } catch (error) {
    throw unreadable(error);
  }
  if (files.length === 0) throw invalid('/file', 'Required, but missing: send each image as a part with a file name.');
  return files;
}

async function readFile({ file }: MultipartFile, room: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of file) {
    bytes += chunk.length;
    if (bytes > room || file.truncated)
      throw tooLarge(`Send at most ${BODY_BYTES_MAX} bytes of images in one request.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** What goes wrong while a form is read is the form's fault. */
function unreadable(error: unknown): TrainyardError {
  if (error instanceof TrainyardError) return error;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'FST_FILES_LIMIT' || code === 'FST_PARTS_LIMIT') {
    return tooLarge(`Send at most ${INSTANCES_MAX} images in one request.`);
  }
  const detail = 'The form is broken off or not built as multipart/form-data says. Send it again.';
  return new TrainyardError('invalid_multipart', detail, { cause: error });
}

function tooLarge(detail: string): TrainyardError {
  return new TrainyardError('payload_too_large', detail);
}

function invalid(pointer: string, detail: string): TrainyardError {
  return new TrainyardError('invalid_request', detail, { errors: [{ pointer, detail }] });
}

function pointerOf(name: string): string {
  return `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
