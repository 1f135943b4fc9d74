/**
 * The end of what a trainer wrote to its standard error, as users may see it: without the frames of the stack, which are
 * in the worker's own log, without the folders of this machine and without whatever looks like a secret.
 */
import { homedir, tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';

const LINES_MAX = 50;
const STACK_FRAME = /^\s+at (?:.+ \()?(?:file:|node:|\/|[A-Za-z]:\\|<anonymous>|async )/;
const SECRETS: readonly [RegExp, string][] = [
  [/\bwhsec_[A-Za-z0-9+/=]+/g, 'whsec_…'],
  [/\b(Bearer|Basic) +[\w.~+/=-]+/gi, '$1 …'],
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, '$1…@'],
  [/([\w-]*(?:password|secret|token|api[_-]?key))(["']?\s*[=:]\s*["']?)[^\s"',;]+/gi, '$1$2…'],
];
const CODE = fileURLToPath(new URL('../../../../', import.meta.url)).replace(/\/$/, '');

/** `folders` are those of this machine that the trainer knows, beside the ones of its code. */
export function stderrLines(stderr: string, folders: readonly string[]): string[] {
  const lines = stderr
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '' && !STACK_FRAME.test(line))
    .slice(-LINES_MAX);
  const hidden = [...folders, CODE, process.cwd(), homedir(), tmpdir()].filter((folder) => folder.length > 1);
  hidden.sort((a, b) => b.length - a.length);
  return lines.map((line) => {
    const noFolders = hidden.reduce((text, folder) => text.replaceAll(folder, '…'), line.trimEnd());
    return SECRETS.reduce((text, [secret, instead]) => text.replace(secret, instead), noFolders);
  });
}
