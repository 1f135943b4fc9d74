/** A model that could not be loaded, told apart from a request that its model refused. */
import { ERROR_KINDS, type ErrorRecord, toErrorRecord } from '@trainyard/contracts';

export class LoadFailure extends Error {
  readonly record: ErrorRecord;

  constructor(cause: unknown) {
    super('A model could not be loaded', { cause });
    this.name = 'LoadFailure';
    this.record = toErrorRecord(cause);
  }

  /** Whether loading it again can help. */
  get isPassing(): boolean {
    return ERROR_KINDS[this.record.code].retryable;
  }
}
