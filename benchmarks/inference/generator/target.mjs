// A server under load: its connections, and the requests that they take in turns.
import { Connection } from './connection.mjs';

export class Target {
  #port;
  #requests;
  #next = 0;

  /** @param {{ port: number, requests: readonly Uint8Array[] }} target */
  constructor({ port, requests }) {
    this.#port = port;
    this.#requests = requests.map((bytes) => Buffer.from(bytes));
  }

  /**
   * @param {number} count @param {(connection: Connection, status: number) => void} onAnswer
   * @returns {Promise<Connection[]>}
   */
  async connect(count, onAnswer) {
    const connections = Array.from({ length: count }, () => new Connection(this.#port, onAnswer));
    await Promise.all(connections.map((connection) => connection.opened()));
    return connections;
  }

  /** Sends the next request. @param {Connection} connection @param {number} due */
  send(connection, due) {
    connection.due = due;
    connection.send(this.#requests[this.#next]);
    this.#next = (this.#next + 1) % this.#requests.length;
  }
}
