// A process of the benchmark's own that is asked one thing at a time: the load generator, a rival, a bare loop.
import { fork } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

export class Child {
  #process;
  /** @type {Promise<never>} */
  #ended;

  /** @param {string} script Beside this file @param {readonly string[]} args */
  constructor(script, args = []) {
    this.#process = fork(fileURLToPath(new URL(script, import.meta.url)), args, { serialization: 'advanced' });
    this.#ended = new Promise((_, reject) => {
      this.#process.once('exit', (code, signal) => reject(new Error(`${script} ended (${signal ?? code})`)));
    });
    this.#ended.catch(() => {});
  }

  get pid() {
    return this.#process.pid ?? 0;
  }

  /** What it says next. @returns {Promise<any>} */
  hear() {
    return Promise.race([new Promise((resolve) => this.#process.once('message', resolve)), this.#ended]);
  }

  /** @param {object} question @returns {Promise<any>} */
  ask(question) {
    const answer = this.hear();
    this.#process.send(question);
    return answer;
  }

  /** It ends by itself once nobody can ask any more. */
  async end() {
    if (this.#process.connected) this.#process.disconnect();
    await this.#ended.catch(() => {});
  }
}

/**
 * The other side: answers each question, and ends with the process that asks.
 *
 * @param {(question: any) => Promise<object | undefined>} answer
 */
export function answerParent(answer) {
  process.once('disconnect', () => process.exit(0));
  process.on('message', async (question) => process.send?.((await answer(question)) ?? {}));
}
