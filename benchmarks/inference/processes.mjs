// What Linux says of a process and of all below it: processor time and resident memory.
import { readdirSync, readFileSync } from 'node:fs';

/** Of /proc/<pid>/stat, counted from behind the command: user and system time in ticks. */
const USER_TICKS = 11;
const SYSTEM_TICKS = 12;
/** Always, for programs. */
const TICKS_PER_SECOND = 100;

/** These processes and all below them, the given ones first. @param {readonly number[]} roots @returns {number[]} */
export function withChildren(roots) {
  /** @type {Map<number, number[]>} */
  const below = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = Number(/^PPid:\s+(\d+)$/m.exec(read(`/proc/${name}/status`))?.[1] ?? 0);
    below.set(parent, [...(below.get(parent) ?? []), Number(name)]);
  }
  const found = [...roots];
  for (let at = 0; at < found.length; at++) found.push(...(below.get(found[at]) ?? []));
  return found;
}

/** Processor time that these processes have taken so far, to ten milliseconds. @param {readonly number[]} pids */
export function cpuSeconds(pids) {
  return pids.reduce((sum, pid) => sum + secondsOf(pid), 0);
}

/** Bytes resident now, all together. @param {readonly number[]} pids */
export function residentBytes(pids) {
  return pids.reduce((sum, pid) => sum + residentOf(pid), 0);
}

/** @param {number} pid */
function secondsOf(pid) {
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[USER_TICKS] ?? 0) + Number(fields[SYSTEM_TICKS] ?? 0)) / TICKS_PER_SECOND;
}

/** @param {number} pid */
function residentOf(pid) {
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`));
  return found ? 1024 * Number(found[1]) : 0;
}

/** '' for a process that has just ended. @param {string} path */
function read(path) {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
