/** Reads the multipart form of a backbone: its file goes to the object store while it comes in, in constant memory. */
import type { MultipartFile, MultipartValue } from '@fastify/multipart';
import { CreateBackbone, TrainyardError } from '@trainyard/contracts';
import { checkInput } from '@trainyard/http';
import type { FastifyRequest } from 'fastify';
import { isSystemError } from '../uploads/system-error.js';

const LIMITS = { fields: 5, files: 1, parts: 6, fieldSize: 1024, fileSize: Number.POSITIVE_INFINITY };

export interface StoredFile {
  bytes: number;
  sha256: string;
}

/** The fields and what the file is, in whichever order they came. */
export async function readBackboneForm(
  request: FastifyRequest,
  store: (file: MultipartFile['file']) => Promise<StoredFile>,
): Promise<{ name: string; stored: StoredFile }> {
  if (!request.isMultipart()) {
    const detail = 'Send Content-Type: multipart/form-data with the ONNX file as `file` and a `name`.';
    throw new TrainyardError('unsupported_media_type', detail);
  }
  const fields: Record<string, unknown> = {};
  let stored: StoredFile | undefined;
  try {
    for await (const part of request.parts({ limits: LIMITS })) {
      if (part.fieldname === 'file') stored = await storeFile(part, store);
      else if (part.type === 'field') fields[part.fieldname] = part.value;
      else throw refused(`/${part.fieldname}`, 'Unknown file. Send one file, as `file`.');
    }
  } catch (error) {
    throw unreadable(error);
  }
  if (stored === undefined)
    throw refused('/file', 'Required, but missing: send the ONNX file as a part with a file name.');
  checkInput(request, CreateBackbone, fields);
  return { name: String(fields.name), stored };
}

function storeFile(
  part: MultipartFile | MultipartValue,
  store: (file: MultipartFile['file']) => Promise<StoredFile>,
): Promise<StoredFile> {
  if (part.type === 'file') return store(part.file);
  throw refused('/file', 'Expected a part with a file name; received a plain field.');
}

/** What goes wrong while a form is read is the form's fault, unless the operating system says otherwise. */
function unreadable(error: unknown): unknown {
  if (error instanceof TrainyardError || isSystemError(error)) return error;
  const detail = 'The form is broken off or not built as multipart/form-data says. Send it again, with one file.';
  return new TrainyardError('invalid_multipart', detail, { cause: error });
}

function refused(pointer: string, detail: string): TrainyardError {
  const errors = [{ pointer, detail }];
  return new TrainyardError('invalid_request', 'Correct the form as "errors" says and send it again.', { errors });
}
