// TensorFlow.js, which is what a user of Node would take otherwise: what its backends make of the course's network.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PEER = fileURLToPath(new URL('../peers/tfjs.mjs', import.meta.url));

/** @param {string | undefined} folder @returns {{ folder: string } | { missing: string }} */
export function findTfjs(folder) {
  if (!folder) return { missing: 'TensorFlow.js: name a folder that has it with --tfjs' };
  if (existsSync(join(folder, 'node_modules', '@tensorflow', 'tfjs'))) return { folder };
  return { missing: `TensorFlow.js: ${folder} has no node_modules/@tensorflow/tfjs` };
}

/** One line of JSON for each backend. @param {string} folder @param {(line: string) => void} say */
export async function timeTfjs(folder, say) {
  say('\nTensorFlow.js, one step of the course network');
  const peer = spawn(process.execPath, [PEER, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const backends = [];
  for await (const line of createInterface({ input: peer.stdout })) {
    const result = JSON.parse(line);
    say(`  ${result.backend}: ${result.failed ?? `${result.images_per_s} images/s`}`);
    backends.push(result);
  }
  return backends;
}
