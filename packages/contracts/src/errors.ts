/**
 * The registry of error codes. A code fixes the HTTP status, a short title and whether the same request, or the same
 * job, can succeed when it is tried again. Errors cross processes as plain data: match on `code`, not on the class.
 */

interface ErrorKind {
  readonly status: number;
  readonly title: string;
  readonly retryable: boolean;
}

const kinds = {
  unauthorized: { status: 401, title: 'A valid API key is needed', retryable: false },
  forbidden: { status: 403, title: 'This key may not do that', retryable: false },
  not_found: { status: 404, title: 'There is no such resource', retryable: false },
  method_not_allowed: { status: 405, title: 'This address does not take that method', retryable: false },
  conflict: { status: 409, title: 'The resource is in a state that does not allow this', retryable: false },
  name_taken: { status: 409, title: 'That name is already in use', retryable: false },
  idempotency_key_reused: { status: 409, title: 'The idempotency key belongs to another request', retryable: false },
  idempotency_in_progress: { status: 409, title: 'The first request with this key is still running', retryable: true },
  unsupported_version: { status: 412, title: 'This version of the protocol is not spoken here', retryable: false },
  payload_too_large: { status: 413, title: 'The request is too large', retryable: false },
  unsupported_media_type: { status: 415, title: 'This content type is not accepted here', retryable: false },
  invalid_json: { status: 400, title: 'The body is not valid JSON', retryable: false },
  invalid_multipart: { status: 400, title: 'The body is not a valid multipart form', retryable: false },
  bad_request: { status: 400, title: 'The request cannot be read', retryable: false },
  upload_locked: { status: 423, title: 'The upload is being received already', retryable: true },
  checksum_mismatch: { status: 460, title: 'The bytes do not have the checksum that came with them', retryable: true },
  invalid_request: { status: 422, title: 'The request does not fit the schema', retryable: false },
  invalid_spec: { status: 422, title: 'The model specification cannot be built', retryable: false },
  invalid_backbone: { status: 422, title: 'The ONNX file cannot be used', retryable: false },
  invalid_image: { status: 422, title: 'An image cannot be read', retryable: false },
  dataset_not_ready: { status: 409, title: 'The data set is not ready', retryable: false },
  parity_failed: { status: 409, title: 'The exported file does not agree with the service', retryable: false },
  batch_too_large: { status: 422, title: 'The batch is larger than the data', retryable: false },
  device_unavailable: { status: 422, title: 'The device is not available', retryable: false },
  invalid_archive: { status: 422, title: 'The archive cannot be read', retryable: false },
  invalid_dataset: { status: 422, title: 'The data set cannot be used', retryable: false },
  endpoint_not_ready: { status: 503, title: 'The endpoint is not ready', retryable: true },
  overloaded: { status: 429, title: 'Too much is waiting already', retryable: true },
  unavailable: { status: 503, title: 'A part of the service cannot be reached', retryable: true },
  storage_full: { status: 507, title: 'The storage is full', retryable: true },
  training_diverged: { status: 500, title: 'The training diverged', retryable: false },
  out_of_memory: { status: 500, title: 'Out of memory', retryable: false },
  worker_lost: { status: 500, title: 'The worker went away', retryable: true },
  dataset_changed: { status: 500, title: 'The data set is not what the job was made for', retryable: false },
  checkpoint_corrupt: { status: 500, title: 'A checkpoint does not match its digest', retryable: false },
  internal: { status: 500, title: 'Something went wrong on the server', retryable: true },
} satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof kinds;

export const ERROR_KINDS: Readonly<Record<ErrorCode, ErrorKind>> = kinds;

/** One thing that is wrong in what was sent; `pointer` is a JSON pointer (RFC 6901) into it. */
export interface FieldError {
  pointer: string;
  detail: string;
}

/** An error as it is stored on a job or data set and sent between processes. */
export interface ErrorRecord {
  code: ErrorCode;
  message: string;
  errors?: FieldError[];
}

/**
 * An error with a public message. `detail` says what to do about it and is shown to the caller; `cause` is for the
 * log alone.
 */
export class TrainyardError extends Error {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly errors: FieldError[] | undefined;

  constructor(code: ErrorCode, detail: string, options: { errors?: FieldError[]; cause?: unknown } = {}) {
    super(detail, { cause: options.cause });
    this.name = 'TrainyardError';
    this.code = code;
    this.detail = detail;
    this.errors = options.errors;
  }

  toRecord(): ErrorRecord {
    return { code: this.code, message: this.detail, ...(this.errors ? { errors: this.errors } : {}) };
  }
}

/** The record of any thrown value. What is not a `TrainyardError` becomes `internal` without its message. */
export function toErrorRecord(error: unknown): ErrorRecord {
  if (error instanceof TrainyardError) return error.toRecord();
  return { code: 'internal', message: 'An unexpected error ended this. The log of the process has the details.' };
}
