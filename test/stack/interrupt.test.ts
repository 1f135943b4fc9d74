// The quick start, interrupted: whatever it was doing, no process and no file of it is left.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { atEnd } from '../setup/cleanup.js';
import { createTestFolder } from '../setup/folder.js';

const SCRIPT = fileURLToPath(new URL('../../scripts/quickstart.mjs', import.meta.url));

/** How many processes have this temporary folder in their environment. */
function processesOf(folder: string): number {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`TMPDIR=${folder}\0`);
    } catch {
      return false;
    }
  }).length;
}

const moments: [signal: NodeJS.Signals, moment: string][] = [
  ['SIGINT', 'Starting PostgreSQL'],
  ['SIGKILL', 'Starting the worker'],
  ['SIGINT', 'Upload'],
  ['SIGKILL', 'images/s'],
];

// Processes are told apart by their environment, which only Linux shows.
it.skipIf(process.platform !== 'linux').each(moments)('leaves nothing after %s at “%s”', async (signal, moment) => {
  const folder = createTestFolder();
  const child = spawn(process.execPath, [SCRIPT], { env: { ...process.env, TMPDIR: folder } });
  atEnd(() => child.kill('SIGKILL'));
  const ended = once(child, 'exit');
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  while (!output.includes(moment)) {
    if (child.exitCode !== null) throw new Error(output);
    await sleep(20);
  }
  expect(processesOf(folder)).toBeGreaterThan(0);
  child.kill(signal);
  await ended;
  expect(child.exitCode).toBe(signal === 'SIGINT' ? 130 : null);
  // Killed outright, the script leaves the rest to its watchdog, which gives each program ten seconds.
  for (let tries = 0; tries < 300 && (processesOf(folder) > 0 || readdirSync(folder).length > 0); tries += 1)
    await sleep(100);
  expect(processesOf(folder)).toBe(0);
  expect(readdirSync(folder)).toEqual([]);
});
