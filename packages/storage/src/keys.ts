/** The names that objects may have. They are a safe subset of what file systems and S3 both take. */

const SEGMENT = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/;
const KEY_LENGTH_MAX = 512;

/**
 * Throws a `TypeError` unless `key` is segments of letters, digits, `.`, `_` and `-` (none beginning with `.` or `-`)
 * joined by `/`. Keys are made by this project's own code, so a bad one is a bug there and never a caller's mistake.
 */
export function checkKey(key: string): void {
  const valid = key.length <= KEY_LENGTH_MAX && key.split('/').every((segment) => SEGMENT.test(segment));
  if (!valid) throw new TypeError(`Not an object key: ${JSON.stringify(key.slice(0, 100))}`);
}

/** The folder that a prefix names, without a closing slash; '' is the whole store. */
export function checkPrefix(prefix: string): string {
  const folder = prefix.endsWith('/') ? prefix.slice(0, -1) : prefix;
  if (folder !== '' || prefix === '/') checkKey(folder);
  return folder;
}
