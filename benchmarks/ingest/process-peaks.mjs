// The most memory that each program below this one ever had resident, as Linux counts it.
import { readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';

const EVERY_MS = 100;

/** By what their command lines hold. */
const ROLES = [
  { role: 'api', pattern: /apps\/api\/dist\/main/ },
  { role: 'worker', pattern: /apps\/worker\/dist\/main/ },
  { role: 'ingest', pattern: /children\/ingest/ },
  { role: 'trainer', pattern: /children\/trainer/ },
  { role: 'inference', pattern: /apps\/inference\/dist/ },
];

/** Watches until it is stopped. */
export function watchPeaks() {
  /** @type {Record<string, number>} */
  const peaks = {};
  const look = () => {
    for (const { role, bytes } of programsBelow(process.pid)) peaks[role] = Math.max(peaks[role] ?? 0, bytes);
  };
  const timer = setInterval(look, EVERY_MS);
  return {
    /** Bytes by program. */
    stop() {
      look();
      clearInterval(timer);
      return peaks;
    },
  };
}

/** @param {number} root @returns {{ role: string, bytes: number }[]} */
function programsBelow(root) {
  const parents = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => [Number(pid), parentOf(pid)]),
  );
  const isBelow = (/** @type {number | undefined} */ pid) => {
    for (let at = pid; at; at = parents.get(at)) if (at === root) return true;
    return false;
  };
  return [...parents.keys()].filter(isBelow).flatMap((pid) => {
    const command = read(`/proc/${pid}/cmdline`);
    const role = ROLES.find(({ pattern }) => pattern.test(command))?.role;
    const peak = /^VmHWM:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`));
    return role && peak ? [{ role, bytes: 1024 * Number(peak[1]) }] : [];
  });
}

/** @param {string} pid */
function parentOf(pid) {
  const found = /^PPid:\s+(\d+)$/m.exec(read(`/proc/${pid}/status`));
  return found ? Number(found[1]) : 0;
}

/** '' for a process that has just ended. @param {string} path */
function read(path) {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
