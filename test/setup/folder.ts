// Temporary folders for tests.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atEnd } from './cleanup.js';

/** Makes an empty folder and removes it when the test file ends. */
export function createTestFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-test-'));
  atEnd(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
