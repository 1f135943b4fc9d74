/** An upload that is refused with the list of what could not be used of it, so that its owner can see what to correct. */
import { type SkippedFile, TrainyardError } from '@trainyard/contracts';

export class RefusedUpload extends TrainyardError {
  readonly skipped: readonly SkippedFile[];

  constructor({ code, detail, errors }: TrainyardError, skipped: readonly SkippedFile[]) {
    super(code, detail, errors === undefined ? {} : { errors });
    this.skipped = skipped;
  }
}

/** Throws what `check` throws, as a `RefusedUpload` where anything was skipped. */
export function refusing(skipped: readonly SkippedFile[], check: () => void): void {
  try {
    check();
  } catch (error) {
    throw error instanceof TrainyardError && skipped.length > 0 ? new RefusedUpload(error, skipped) : error;
  }
}
