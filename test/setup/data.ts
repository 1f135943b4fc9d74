// Files that are too many or too large for the repository.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestContext } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Where the shared test data is: `TRAINYARD_TEST_DATA`, by default `../shared/data` beside the checkout. */
const FOLDER = resolve(ROOT, process.env.TRAINYARD_TEST_DATA ?? '../shared/data');

/** The full path of a shared file or folder. Skips the test, with the reason, where there is none. */
export function sharedData(context: TestContext, path: string): string {
  const full = resolve(FOLDER, path);
  if (!existsSync(full)) context.skip('the shared test data is not here (TRAINYARD_TEST_DATA)');
  return full;
}
