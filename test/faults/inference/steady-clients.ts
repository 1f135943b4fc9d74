// Clients of one endpoint that ask again and again, and what they were answered.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Problem } from '@trainyard/contracts';
import { encodePng } from '../../fixtures/png.js';
import { type Asked, type ClassResponse, IMAGE, png, post, predict, randomPixels } from '../../inference/serving.js';

const IMAGES = 4;
/** As `Retry-After` says, but not as long: the test is about what happens, not about how polite the clients are. */
const PAUSE_MS = 20;

export interface Refusal {
  status: number;
  type: string;
  retryAfter: string | null;
  /** Of `performance.now()`. */
  at: number;
}

export class SteadyClients {
  readonly refusals: Refusal[] = [];
  /** How many good answers came. */
  answered = 0;
  /** Answers that differ from those of the first time. */
  wrong = 0;
  readonly #sent: ReturnType<typeof png>[];
  readonly #expected: string[];
  readonly #clients: Promise<void>[];
  /** When each client had its last good answer, of `performance.now()`. */
  readonly #answeredAt: number[];
  #isStopped = false;

  private constructor(asked: Asked, name: string, count: number, expected: string[], sent: ReturnType<typeof png>[]) {
    this.#expected = expected;
    this.#sent = sent;
    this.#answeredAt = Array.from({ length: count }, () => 0);
    this.#clients = Array.from({ length: count }, (_, client) => this.#ask(asked, name, client));
  }

  static async start(asked: Asked, name: string, count: number): Promise<SteadyClients> {
    const sent = Array.from({ length: IMAGES }, (_, seed) => png(encodePng({ ...IMAGE, pixels: randomPixels(seed) })));
    const expected: string[] = [];
    for (const image of sent) expected.push(JSON.stringify((await predict(asked, name, image)).predictions));
    return new SteadyClients(asked, name, count, expected, sent);
  }

  /** When the last of the clients had its last good answer. */
  get allAnsweredAt(): number {
    return Math.min(...this.#answeredAt);
  }

  /** Waits for what is under way. Throws where a connection broke. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#clients);
  }

  async #ask(asked: Asked, name: string, client: number): Promise<void> {
    for (let turn = client; !this.#isStopped; turn++) {
      const image = turn % this.#sent.length;
      const { status, headers, body } = await post<ClassResponse & Problem>(asked, name, this.#sent[image]);
      const at = performance.now();
      if (status === 200) {
        this.answered++;
        this.#answeredAt[client] = at;
        if (JSON.stringify(body.predictions) !== this.#expected[image]) this.wrong++;
      } else {
        this.refusals.push({ status, type: body.type, retryAfter: headers.get('retry-after'), at });
        await sleep(PAUSE_MS);
      }
    }
  }
}
