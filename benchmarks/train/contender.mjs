// A process that times steps on request: ours, PyTorch or TensorFlow. All speak the same lines: `ready` and a JSON object
// first; then for each line with a number of steps, and perhaps the setting that they are to have from then on, one with the
// milliseconds of each, or `failed` and the reason. It ends at 0 or at the end of its input.
import { spawn } from 'node:child_process';
import process from 'node:process';
import { createInterface } from 'node:readline';

/** Compiling a network for one setting takes a minute or two. */
const ANSWER_MS_MAX = 300_000;
const KEPT_CHARACTERS = 2000;

export class Contender {
  /** What it says of itself. @type {Record<string, unknown>} */
  setup = {};
  #process;
  #lines;
  #complaints = '';
  #isOver = false;

  /** @param {string} command @param {readonly string[]} args @param {Record<string, string>} env */
  constructor(command, args, env) {
    this.#process = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    this.#process.stderr.setEncoding('utf8').on('data', (text) => {
      this.#complaints = (this.#complaints + text).slice(-KEPT_CHARACTERS);
    });
    this.#process.stdin.on('error', () => {});
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  /** @param {string} command @param {readonly string[]} args @param {Record<string, string>} [env] More than this process has */
  static async start(command, args, env = {}) {
    const contender = new Contender(command, args, env);
    const line = await contender.#read();
    if (!line.startsWith('ready ')) throw new Error(`Expected "ready" of ${command}. Received: ${line}`);
    contender.setup = JSON.parse(line.slice('ready '.length));
    return contender;
  }

  /**
   * Milliseconds of a step in each of `count` runs.
   *
   * @param {number} count @param {string} [setting] Of those that it says it has @returns {Promise<number[]>}
   */
  async time(count, setting) {
    this.#process.stdin.write(setting ? `${count} ${setting}\n` : `${count}\n`);
    const line = await this.#read();
    if (line.startsWith('failed ')) throw new Error(line.slice('failed '.length));
    return line.split(' ').map(Number);
  }

  get hasEnded() {
    return this.#isOver || this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  async end() {
    if (this.hasEnded) return;
    const closed = new Promise((resolve) => this.#process.once('close', resolve));
    this.#process.stdin.end('0\n');
    await closed;
  }

  async #read() {
    const timer = setTimeout(() => this.#process.kill(), ANSWER_MS_MAX);
    const { value, done } = await this.#lines.next().finally(() => clearTimeout(timer));
    this.#isOver = done === true;
    if (done) throw new Error(`A process that times steps has ended. It said: ${this.#complaints}`);
    return value;
  }
}
