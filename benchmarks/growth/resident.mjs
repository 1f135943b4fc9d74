// The most memory that a process holds, as Linux counts it: what is its own, and the files that it has mapped, apart.
import { readFileSync } from 'node:fs';

const EVERY_MS = 50;

/** Watches until it is stopped; answers bytes. @param {number} pid */
export function watchResident(pid) {
  const most = { anonymous: 0, files: 0, peak: 0 };
  const look = () => {
    const status = read(`/proc/${pid}/status`);
    const of = (/** @type {string} */ name) =>
      1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0);
    most.anonymous = Math.max(most.anonymous, of('RssAnon'));
    most.files = Math.max(most.files, of('RssFile'));
    most.peak = Math.max(most.peak, of('VmHWM'));
  };
  const timer = setInterval(look, EVERY_MS);
  return {
    stop() {
      clearInterval(timer);
      return most;
    },
  };
}

/** '' for a process that has ended. @param {string} path */
function read(path) {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
