// A process of its own that outlives the script that started it by a few seconds: once the pipe to that script closes,
// for whatever reason, it ends every process group still registered, the programs first and their servers after them.
// A line on the pipe is JSON: {"add": {pid, signal, stage}}, {"remove": pid} or {"directory": path}.
import { rmSync } from 'node:fs';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { endGroups } from './process-group.mjs';

/** @typedef {{ pid: number, signal: NodeJS.Signals, stage: number }} Ward Lower stages end later. */

/** @type {Map<number, Ward>} */
const wards = new Map();
/** @type {Set<string>} */
const directories = new Set();

for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(name, () => {});

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const message = JSON.parse(line);
  if (message.add) wards.set(message.add.pid, message.add);
  if (message.remove) wards.delete(message.remove);
  if (message.directory) directories.add(message.directory);
});
lines.on('close', async () => {
  const stages = [...new Set([...wards.values()].map((ward) => ward.stage))].sort((a, b) => b - a);
  for (const stage of stages) await endGroups([...wards.values()].filter((ward) => ward.stage === stage));
  // Something that another watchdog still ends may write to it for a moment.
  for (const directory of directories)
    rmSync(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  process.exit(0);
});
