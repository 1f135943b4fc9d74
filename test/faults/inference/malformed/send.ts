// Sends requests whatever is in them, and says what came back.
import { Agent, request as open } from 'node:http';
import { connect } from 'node:net';
import { TEST_KEY } from '../../../setup/index.js';
import type { Malformed } from './requests.js';

export interface Reply {
  /** 0 where the connection was closed without an answer. */
  status: number;
  type: string;
  text: string;
}

const ANSWER_MS = 20_000;

export class Sender {
  readonly #agent: Agent;
  readonly #port: number;

  constructor(port: number, connections: number) {
    this.#port = port;
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  send({ method, path, headers, body }: Malformed): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const sent = open(
        {
          ...{ host: '127.0.0.1', port: this.#port, agent: this.#agent, method, path, timeout: ANSWER_MS },
          headers: { authorization: `Bearer ${TEST_KEY}`, ...headers, 'content-length': body.length },
        },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('error', reject);
          answer.on('end', () => {
            const type = answer.headers['content-type'] ?? '';
            resolve({ status: answer.statusCode ?? 0, type, text: Buffer.concat(chunks).toString('latin1') });
          });
        },
      );
      sent.on('timeout', () => sent.destroy(new Error(`no answer in ${ANSWER_MS} ms`)));
      sent.on('error', reject);
      sent.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** Writes bytes that need not be HTTP on a connection of their own, and ends it. */
export function sendBytes(port: number, bytes: Uint8Array): Promise<Reply> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => socket.end(bytes));
    socket.setTimeout(ANSWER_MS, () => socket.destroy());
    socket.on('data', (chunk) => chunks.push(chunk));
    // A connection that is reset has been answered or not, which the bytes say.
    socket.on('error', () => {});
    socket.on('close', () => {
      const text = Buffer.concat(chunks).toString('latin1');
      resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), type: '', text });
    });
  });
}
