// A file system that is soon full.
import { execFileSync } from 'node:child_process';
import { atEnd } from './cleanup.js';
import { createTestFolder } from './folder.js';

/** What ends a test without a verdict, such as vitest's own context. */
interface Skippable {
  skip(reason: string): void;
}

/** Mounts a tmpfs of so many bytes until the test file ends, and answers its folder. Skips the test where only root may. */
export function createSmallDisk(context: Skippable, bytes: number): string {
  const folder = createTestFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    context.skip('a file system can be mounted here by root alone');
  }
  atEnd(() => execFileSync('umount', ['--lazy', folder]));
  return folder;
}
