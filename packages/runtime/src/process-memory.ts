/** The memory that this process has held at its worst. */
import { existsSync, readFileSync } from 'node:fs';

const STATUS = '/proc/self/status';

/** Most bytes that were resident at once. Linux' `maxRSS` may be the parent's, so its own counter comes first. */
export function peakMemory(): number {
  const line = existsSync(STATUS) ? /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(STATUS, 'utf8')) : null;
  return 1024 * (line ? Number(line[1]) : process.resourceUsage().maxRSS);
}
