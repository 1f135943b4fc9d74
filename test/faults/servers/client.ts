// Sends requests as any HTTP client does, and notes of each how it was answered and how long that took.

/** An answer, or the want of one: `cut` where the connection broke, `late` where none came in time. */
export interface Answer {
  /** When it was asked, in milliseconds since 1970. */
  at: number;
  milliseconds: number;
  status: number | 'cut' | 'late';
  retryAfter: string | null;
  contentType: string | null;
  text: string;
}

/** Longer than any answer may take: a client that waits so long takes the service for dead. */
const LATE_MS = 20_000;

export class Client {
  readonly #address: string;
  readonly #key: string;

  constructor(address: string, key: string) {
    this.#address = address;
    this.#key = key;
  }

  get(path: string): Promise<Answer> {
    return this.send(path, {});
  }

  post(path: string, body: object, headers: Record<string, string> = {}): Promise<Answer> {
    const init = { method: 'POST', body: JSON.stringify(body) };
    return this.send(path, { ...init, headers: { 'content-type': 'application/json', ...headers } });
  }

  async send(path: string, init: RequestInit & { duplex?: 'half' }): Promise<Answer> {
    const at = Date.now();
    const none = { retryAfter: null, contentType: null };
    const timeout = AbortSignal.timeout(LATE_MS);
    const headers = { authorization: `Bearer ${this.#key}`, ...init.headers };
    try {
      const response = await fetch(`${this.#address}${path}`, { ...init, headers, signal: timeout });
      const text = await response.text();
      return {
        at,
        milliseconds: Date.now() - at,
        status: response.status,
        retryAfter: response.headers.get('retry-after'),
        contentType: response.headers.get('content-type'),
        text,
      };
    } catch (error) {
      const status = timeout.aborted ? 'late' : 'cut';
      return { at, milliseconds: Date.now() - at, status, ...none, text: String(error) };
    }
  }

  /** The body of an answer of success; throws for any other. */
  async read<T>(path: string): Promise<T> {
    const answer = await this.get(path);
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.text}`);
    return JSON.parse(answer.text) as T;
  }
}
