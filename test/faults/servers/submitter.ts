// A client that goes on submitting jobs whatever happens, as a careful one does: each with an Idempotency-Key, again and
// again until it is told 202. In between it may submit some without a key, once only.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Client } from './client.js';

export interface Submission {
  /** The job's name, and its key where it has one. */
  name: string;
  repeated: boolean;
  /** Of the job, once the client was told 202. */
  id: string | null;
  answers: Answer[];
}

export interface SubmitterOptions {
  client: Client;
  /** All but the name of a job. */
  body: object;
  /** Begins the names of its jobs. */
  prefix: string;
  everyMs: number;
  /** Whether all come with a key; else every other one. */
  areKeyed: boolean;
  /** How many jobs. */
  count: number;
}

const REPEAT_MS = 500;
const ACKNOWLEDGED_MS = 60_000;

export class Submitter {
  readonly submissions: Submission[] = [];
  readonly #options: SubmitterOptions;
  readonly #sending: Promise<void>[] = [];
  readonly #loop: Promise<void>;
  #deadline = Number.POSITIVE_INFINITY;

  constructor(options: SubmitterOptions) {
    this.#options = options;
    this.#loop = this.#run();
  }

  /**
   * Answers once all jobs have been submitted and every one that is repeated was acknowledged, or a minute later: the
   * `id` of one that was not is still null.
   */
  async finish(): Promise<Submission[]> {
    await this.#loop;
    this.#deadline = Date.now() + ACKNOWLEDGED_MS;
    await Promise.all(this.#sending);
    return this.submissions;
  }

  async #run(): Promise<void> {
    const { areKeyed, count, everyMs, prefix } = this.#options;
    while (this.submissions.length < count) {
      const number = this.submissions.length + 1;
      const repeated = areKeyed || number % 2 === 1;
      const submission = { name: `${prefix}-${number}`, repeated, id: null, answers: [] };
      this.submissions.push(submission);
      this.#sending.push(this.#send(submission));
      await sleep(everyMs);
    }
  }

  async #send(submission: Submission): Promise<void> {
    const { client, body } = this.#options;
    const { name, repeated, answers } = submission;
    const headers: Record<string, string> = repeated ? { 'idempotency-key': name } : {};
    do {
      const answer = await client.post('/v1/jobs', { ...body, name }, headers);
      answers.push(answer);
      if (answer.status === 202) submission.id = (JSON.parse(answer.text) as { id: string }).id;
      else await sleep(REPEAT_MS);
    } while (repeated && submission.id === null && Date.now() < this.#deadline);
  }
}
