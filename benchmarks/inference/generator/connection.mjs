// One kept connection that sends ready-made requests and reads no more of an answer than where it ends.
import { connect } from 'node:net';

const BUFFER_BYTES = 64 * 1024;
const HEAD_END = Buffer.from('\r\n\r\n', 'latin1');
const LENGTH = /\r\ncontent-length: *(\d+)/i;
const STATUS_AT = 'HTTP/1.1 '.length;

export class Connection {
  /** When the request that is being answered was due, as the caller counts. */
  due = 0;
  #socket;
  #onAnswer;
  /** The part of a head that came without its end. */
  #head = Buffer.alloc(0);
  /** Bytes of the body that have not come yet; -1 while the head is being read. */
  #rest = -1;
  #status = 0;
  #closing = false;

  /**
   * @param {number} port
   * @param {(connection: Connection, status: number) => void} onAnswer Called when an answer has come whole
   */
  constructor(port, onAnswer) {
    this.#onAnswer = onAnswer;
    this.#socket = connect({
      host: '127.0.0.1',
      port,
      noDelay: true,
      onread: {
        buffer: Buffer.allocUnsafe(BUFFER_BYTES),
        callback: (bytes, buffer) => this.#read(Buffer.from(buffer.buffer, buffer.byteOffset, bytes)),
      },
    });
    this.#socket.on('close', () => {
      if (!this.#closing) throw new Error('the server closed a connection');
    });
  }

  /** Whatever goes wrong afterwards ends the generator: no turn counts in which a connection was lost. @returns {Promise<void>} */
  opened() {
    return new Promise((resolve) => this.#socket.once('connect', () => resolve()));
  }

  /** @param {Buffer} request */
  send(request) {
    this.#socket.write(request);
  }

  close() {
    this.#closing = true;
    this.#socket.destroy();
  }

  /** @param {Buffer} chunk */
  #read(chunk) {
    let bytes = chunk;
    if (this.#rest < 0) {
      if (this.#head.length > 0) bytes = Buffer.concat([this.#head, chunk]);
      const end = bytes.indexOf(HEAD_END);
      if (end < 0) {
        this.#head = Buffer.from(bytes);
        return true;
      }
      const head = bytes.toString('latin1', 0, end);
      this.#head = Buffer.alloc(0);
      this.#status = Number(head.slice(STATUS_AT, STATUS_AT + 3));
      const length = LENGTH.exec(head);
      if (!length) throw new Error(`expected an answer that says its length; received ${head}`);
      this.#rest = Number(length[1]);
      bytes = bytes.subarray(end + HEAD_END.length);
    }
    this.#rest -= bytes.length;
    if (this.#rest < 0) throw new Error('more came than one answer, although one request was sent');
    if (this.#rest > 0) return true;
    this.#rest = -1;
    this.#onAnswer(this, this.#status);
    return true;
  }
}
