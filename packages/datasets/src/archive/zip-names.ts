/** Names of zip entries, which are in UTF-8, or in the code page of the DOS of 1981, or in neither. */
import { type Entry, getFileNameLowLevel } from 'yauzl';
import { decodeUtf8 } from './entry-names.js';

const UTF8_FLAG = 0x800;
/** Hosts, as the directory names them, on which names that are not marked as UTF-8 are in code page 437. */
const DOS_HOSTS: ReadonlySet<number> = new Set([0, 6, 10, 14]);
const REPLACEMENT = '\ufffd';

/**
 * Null where the name cannot be told. Many programs write UTF-8 without marking it, so what is UTF-8 is taken for that;
 * on other hosts than DOS the rest can be in any encoding.
 */
export function zipEntryName(entry: Entry): string | null {
  const raw = entry.fileNameRaw;
  // The extra field that some programs put the name in, in Unicode, wins.
  const name = getFileNameLowLevel(UTF8_FLAG, raw, entry.extraFields, true);
  if (!name.includes(REPLACEMENT)) return name;
  const isMarked = (entry.generalPurposeBitFlag & UTF8_FLAG) !== 0;
  if (!isMarked && DOS_HOSTS.has(entry.versionMadeBy >>> 8)) return getFileNameLowLevel(0, raw, [], true);
  return decodeUtf8(raw);
}
