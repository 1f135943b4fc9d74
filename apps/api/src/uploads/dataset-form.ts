/** Reads the multipart form of an upload: its file goes to the object store while it comes in, in constant memory. */
import type { MultipartFile, MultipartValue } from '@fastify/multipart';
import { type CreateDataset, type FieldError, TrainyardError } from '@trainyard/contracts';
import type { FastifyRequest } from 'fastify';
import { isSystemError } from './system-error.js';

const FIELD_NAMES = ['name', 'format', 'options'];
const FIELD_BYTES_MAX = 64 * 1024;
const LIMITS = { fields: 10, files: 1, parts: 12, fieldSize: FIELD_BYTES_MAX, fileSize: Number.POSITIVE_INFINITY };

export interface UploadSink {
  /** Refuses fields that do not fit, before and after the file. */
  check: (fields: Record<string, unknown>) => CreateDataset;
  /** Stores the file; answers its size in bytes and its digest. */
  store: (file: MultipartFile['file']) => Promise<StoredFile>;
}

export interface StoredFile {
  bytes: number;
  sha256: string;
}

/** The fields of the form and what its file is, in whichever order they came. */
export async function readDatasetForm(
  request: FastifyRequest,
  { check, store }: UploadSink,
): Promise<{ fields: CreateDataset; stored: StoredFile }> {
  const fields: Record<string, unknown> = {};
  let file: StoredFile | undefined;
  for await (const part of partsOf(request)) {
    if (part.type === 'field') {
      fields[part.fieldname] = fieldValue(part);
    } else {
      if (part.fieldname !== 'file') throw misplaced(part.fieldname);
      check(fields);
      file = await stored(part, store);
    }
  }
  if (file === undefined) throw refused('/file', 'Required, but missing: send the archive as a part with a file name.');
  if (file.bytes === 0) throw refused('/file', 'Expected an archive; received an empty file.');
  return { fields: check(fields), stored: file };
}

type Part = MultipartFile | MultipartValue;

async function* partsOf(request: FastifyRequest): AsyncIterable<Part> {
  try {
    yield* request.parts({ limits: LIMITS });
  } catch (error) {
    throw unreadable(error);
  }
}

async function stored({ file }: MultipartFile, store: UploadSink['store']): Promise<StoredFile> {
  try {
    return await store(file);
  } catch (error) {
    throw unreadable(error);
  }
}

/** What goes wrong while a form is read is the form's fault, unless the operating system says otherwise. */
function unreadable(error: unknown): unknown {
  if (error instanceof TrainyardError || isSystemError(error)) return error;
  const detail = 'The form is broken off or not built as multipart/form-data says. Send it again, with one file.';
  return new TrainyardError('invalid_multipart', detail, { cause: error });
}

function fieldValue({ fieldname, value, valueTruncated, fieldnameTruncated }: MultipartValue): unknown {
  if (fieldname === 'file') throw refused('/file', 'Expected a part with a file name; received a plain field.');
  if (!FIELD_NAMES.includes(fieldname)) throw misplaced(fieldname);
  if (valueTruncated || fieldnameTruncated)
    throw refused(`/${fieldname}`, `Expected at most ${FIELD_BYTES_MAX} bytes.`);
  return fieldname === 'options' && typeof value === 'string' ? parseOptions(value) : value;
}

function parseOptions(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refused('/options', 'Expected a JSON object; received a text that is no JSON.');
  }
}

function misplaced(name: string): TrainyardError {
  const pointer = `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  return refused(pointer, `Unknown field. The fields here are file, ${FIELD_NAMES.join(', ')}.`);
}

function refused(pointer: string, detail: string): TrainyardError {
  const errors: FieldError[] = [{ pointer, detail }];
  return new TrainyardError('invalid_request', 'Correct the form as "errors" says and send it again.', { errors });
}
