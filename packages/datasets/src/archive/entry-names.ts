/** What the names of archive entries say. */

const SYSTEM_NAMES = new Set(['__MACOSX', 'Thumbs.db', 'ehthumbs.db', 'desktop.ini', '$RECYCLE.BIN', '@eaDir']);

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
