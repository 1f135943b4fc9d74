/** What a request or a load came to that was refused. */
import { type ErrorRecord, TrainyardError, toErrorRecord } from '@trainyard/contracts';

/** The record for the caller, and for the log what the record leaves out. */
export function failureOf(error: unknown): { error: ErrorRecord; log?: string } {
  const cause = error instanceof TrainyardError ? error.cause : error;
  const log = cause instanceof Error ? (cause.stack ?? cause.message) : undefined;
  return { error: toErrorRecord(error), ...(log === undefined ? {} : { log }) };
}
