// The processes below another one, as the system tells it.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Children, and theirs. */
export async function descendantsOf(pid: number): Promise<number[]> {
  const pairs = existsSync('/proc/self/stat') ? await readProc() : await askPs();
  const found: number[] = [];
  for (const todo = [pid]; todo.length > 0; ) {
    const parent = todo.pop();
    const children = pairs.filter(([, of]) => of === parent).map(([child]) => child);
    found.push(...children);
    todo.push(...children);
  }
  return found;
}

async function readProc(): Promise<[pid: number, parent: number][]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const pairs = pids.map(async (pid): Promise<[number, number]> => {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    // The name in parentheses may hold anything; the parent is the second field after it.
    return [Number(pid), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])];
  });
  return Promise.all(pairs);
}

async function askPs(): Promise<[pid: number, parent: number][]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=']);
  return stdout
    .trim()
    .split('\n')
    .map((line): [number, number] => {
      const [pid, parent] = line.trim().split(/\s+/).map(Number);
      return [pid, parent];
    });
}

/** Milliseconds until none of the processes is left; throws after `timeout`. */
export async function untilGone(pids: readonly number[], timeout: number): Promise<number> {
  const startedAt = Date.now();
  while (pids.some(isAlive)) {
    if (Date.now() - startedAt > timeout) throw new Error(`Still there after ${timeout} ms: ${pids.filter(isAlive)}`);
    await sleep(50);
  }
  return Date.now() - startedAt;
}
