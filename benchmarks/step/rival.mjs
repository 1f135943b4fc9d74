// A process that times steps on request: ours, or the peer in PyTorch. Both speak the same lines.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const OURS = fileURLToPath(new URL('ours.mjs', import.meta.url));
/** Not part of the repository; lies beside it where there is one. */
const PEER = fileURLToPath(new URL('../../../shared/peers/torch_peer.py', import.meta.url));

/** What PyTorch can be set to; which is fastest depends on the model. */
export const PEER_SETTINGS = [
  ['--layout', 'nchw'],
  ['--layout', 'nchw', '--foreach'],
  ['--layout', 'channels_last'],
  ['--layout', 'channels_last', '--foreach'],
];

export class Rival {
  /** What it says of itself. @type {Record<string, unknown>} */
  setup = {};
  #process;
  #lines;

  /** @param {string} command @param {readonly string[]} args */
  constructor(command, args) {
    this.#process = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  /** @param {string} command @param {readonly string[]} args */
  static async start(command, args) {
    const rival = new Rival(command, args);
    const line = await rival.#read();
    if (!line.startsWith('ready ')) throw new Error(`expected "ready"; received ${line}`);
    rival.setup = JSON.parse(line.slice('ready '.length));
    return rival;
  }

  /** Milliseconds of a step in each of `count` runs. @param {number} count @returns {Promise<number[]>} */
  async time(count) {
    this.#process.stdin.write(`${count}\n`);
    return (await this.#read()).split(' ').map(Number);
  }

  async end() {
    const closed = new Promise((resolve) => this.#process.once('close', resolve));
    this.#process.stdin.end('0\n');
    await closed;
  }

  async #read() {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('a process that times steps ended; what it says is above');
    return value;
  }
}

/** @param {string} model @param {number} threads @param {string} [stepsPerRun] */
export function startOurs(model, threads, stepsPerRun) {
  return Rival.start(process.execPath, [OURS, model, String(threads), ...(stepsPerRun ? [stepsPerRun] : [])]);
}

/** The command that starts the peer, or why there is none. */
export function findPeer() {
  const script = process.env.TRAINYARD_TORCH_PEER ?? PEER;
  const python = process.env.TRAINYARD_TORCH_PYTHON ?? 'python3';
  if (!existsSync(script)) return { missing: 'TRAINYARD_TORCH_PEER names no script that times PyTorch' };
  if (spawnSync(python, ['-c', 'import torch']).status !== 0) {
    return { missing: `${python} has no torch; set TRAINYARD_TORCH_PYTHON to one that has` };
  }
  return { python, script };
}

/**
 * @param {{ python: string, script: string }} peer @param {import('./models.mjs').StepModel} model
 * @param {number} threads @param {readonly string[]} setting
 */
export function startPeer({ python, script }, { name, batchSize }, threads, setting) {
  const args = ['--model', name, '--batch', String(batchSize), '--threads', String(threads), ...setting];
  return Rival.start(python, [script, ...args]);
}
