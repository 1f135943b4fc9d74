// A client that looks at the service several times a second, and what it may be told.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Program } from '../../setup/index.js';
import type { Answer, Client } from './client.js';

const PAUSE_MS = 150;

export class Watcher {
  readonly answers: Answer[] = [];
  readonly #client: Client;
  readonly #stop = new AbortController();
  readonly #loop: Promise<void>;

  constructor(client: Client) {
    this.#client = client;
    this.#loop = this.#run();
  }

  /** Looks no more; answers all that it was told. */
  async finish(): Promise<Answer[]> {
    this.#stop.abort();
    await this.#loop;
    return this.answers;
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      this.answers.push(await this.#client.get('/v1/jobs?limit=3'));
      await sleep(PAUSE_MS, undefined, { signal: this.#stop.signal }).catch(() => {});
    }
  }
}

/** The longest that an answer may take while a server is away. */
const ANSWERED_MS = 10_000;
const LINES_SHOWN = 5;

/**
 * Whoever asked was told what was asked for, or that it cannot be had for now and when to ask again: never anything else,
 * never nothing. A request that is repeated with its key may find that the first one has not let go of the key yet.
 */
export function expectAnswered(answers: readonly Answer[], success: number, api: Program): void {
  for (const answer of answers) {
    if (answer.status === success) continue;
    if (!isForNow(answer)) throw new Error(`${success} was expected: ${textOf(answer)}\n${errorsOf(api)}`);
    expect(Number(answer.retryAfter), textOf(answer)).toBeGreaterThan(0);
    expect(answer.contentType).toContain('application/problem+json');
    expect(JSON.parse(answer.text)).toMatchObject({ status: answer.status, detail: expect.any(String) });
  }
  const slowest = Math.max(0, ...answers.map(({ milliseconds }) => milliseconds));
  expect(slowest, 'milliseconds of the slowest answer').toBeLessThan(ANSWERED_MS);
}

function isForNow({ status, text }: Answer): boolean {
  return status === 503 || (status === 409 && text.includes('idempotency_in_progress'));
}

function textOf({ status, milliseconds, text }: Answer): string {
  return `${status} after ${milliseconds} ms: ${text}`;
}

/** The last lines of its log that tell of errors, for whoever reads of a failure. */
function errorsOf(api: Program): string {
  const lines = api.log().split('\n');
  return lines
    .filter((line) => /"level":(50|60)/.test(line))
    .slice(-LINES_SHOWN)
    .join('\n');
}

/** How many were refused for now. */
export function refusals(answers: readonly Answer[]): number {
  return answers.filter(({ status }) => status === 503).length;
}
