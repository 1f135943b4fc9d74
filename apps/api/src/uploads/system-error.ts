/** Tells an error of the operating system, such as a full disk, from one of the request. */

export function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && error.name === 'Error' && !('address' in error);
}
