// What is counted of a turn: answers, how long they took, and the processor time of both sides, once its beginning, in
// which everything gets going, is over.
import process from 'node:process';
import { quantile } from '../../statistics.mjs';
import { cpuSeconds } from '../processes.mjs';
import { now } from './clock.mjs';

/**
 * @typedef {object} Turn
 * @property {number} per_s Answers a second
 * @property {number} answers
 * @property {number} failed Answers that were none of 2xx, of the whole turn
 * @property {{ p50: number, p95: number, p99: number }} latency_ms
 * @property {number} server_cores Processors that the server's processes kept busy
 * @property {number} generator_cores The same of the load generator
 */

export class Window {
  #from;
  #to;
  #pids;
  /** When the last answer before the window came, and the last one in it. */
  #edge = 0;
  #last = 0;
  #failed = 0;
  /** @type {number[]} */
  #latencies = [];
  /** Processor seconds so far, at the window's begin and at its end. @type {{ at: number, server: number, own: number }[]} */
  #marks = [];

  /** @param {{ from: number, to: number, pids: readonly number[] }} window Times of the clock; the server's processes */
  constructor({ from, to, pids }) {
    this.#from = from;
    this.#to = to;
    this.#pids = pids;
  }

  /** An answer of a closed loop counts where it came within the window. @param {number} due @param {number} status */
  answered(due, status) {
    const at = this.#see(status);
    if (at >= this.#from && at < this.#to) this.#count(at, due);
  }

  /** One of an open loop counts where it was due within the window. @param {number} due @param {number} status */
  answeredDue(due, status) {
    const at = this.#see(status);
    if (due >= this.#from && due < this.#to) this.#count(at, due);
  }

  /** @returns {Turn} */
  finish() {
    while (this.#marks.length < 2) this.#mark(now());
    const [first, second] = this.#marks;
    const seconds = (second.at - first.at) / 1000;
    const answers = this.#latencies.length;
    const of = (/** @type {number} */ share) => (answers === 0 ? 0 : quantile(this.#latencies, share));
    return {
      per_s: (1000 * answers) / this.#span(),
      answers,
      failed: this.#failed,
      latency_ms: { p50: of(0.5), p95: of(0.95), p99: of(0.99) },
      server_cores: (second.server - first.server) / seconds,
      generator_cores: (second.own - first.own) / seconds,
    };
  }

  /** @param {number} status */
  #see(status) {
    const at = now();
    if (this.#marks.length === 0 && at >= this.#from) this.#mark(at);
    if (this.#marks.length === 1 && at >= this.#to) this.#mark(at);
    if (status < 200 || status > 299) this.#failed += 1;
    if (at < this.#from) this.#edge = at;
    return at;
  }

  /** @param {number} at @param {number} due */
  #count(at, due) {
    this.#last = at;
    this.#latencies.push(at - due);
  }

  /** From the last answer before the window to the last that counts: answers come in bursts, of which none is cut. */
  #span() {
    return this.#edge > 0 && this.#last > this.#edge ? this.#last - this.#edge : this.#to - this.#from;
  }

  /** @param {number} at */
  #mark(at) {
    const { user, system } = process.cpuUsage();
    this.#marks.push({ at, server: cpuSeconds(this.#pids), own: (user + system) / 1e6 });
  }
}
