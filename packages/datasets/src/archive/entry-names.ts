/** What the names of archive entries say. */
import { TrainyardError } from '@trainyard/contracts';

const SYSTEM_NAMES = new Set(['__MACOSX', 'Thumbs.db', 'ehthumbs.db', 'desktop.ini', '$RECYCLE.BIN', '@eaDir']);

export const NOT_UTF8 = 'its name is not in UTF-8; rename it, or make the archive again with names in UTF-8';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lossyUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** Null where the bytes are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}

/** For messages: what is not UTF-8 becomes U+FFFD. */
export function decodeLossy(bytes: Uint8Array): string {
  return lossyUtf8.decode(bytes);
}

/** The path that a name in an archive means. Throws `invalid_archive` for one that leads out of the archive. */
export function entryPath(name: string): string {
  const path = name.replaceAll('\\', '/');
  if (path.startsWith('/') || /^[a-zA-Z]:/.test(path)) throw unsafe(name, 'an absolute path');
  if (path.split('/').includes('..')) throw unsafe(name, 'an invalid relative path');
  return normalizePath(path);
}

function unsafe(name: string, what: string): TrainyardError {
  const shown = printable(name).slice(0, 200);
  const detail = `The archive has an entry with ${what}: "${shown}". Make it again from inside the folder of the images.`;
  return new TrainyardError('invalid_archive', detail);
}

/** The path in Unicode NFC without empty and `.` parts. */
export function normalizePath(path: string): string {
  const names = path.normalize('NFC').split('/');
  return names.filter((name) => name !== '' && name !== '.').join('/');
}

/** Whether the entry is something that operating systems add beside a person's files. Hidden files count as that. */
export function isSystemEntry(path: string): boolean {
  return path === '' || path.split('/').some((name) => name.startsWith('.') || SYSTEM_NAMES.has(name));
}

/** `text` with control characters replaced, fit for messages and for a database. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '\ufffd');
}

/** The name after the last slash. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
