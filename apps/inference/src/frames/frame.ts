/**
 * Frames on the pipe between the server and a model's process: the lengths of a header and of a payload (uint32, little
 * endian), the header as JSON, the payload as it is. A pipe of bytes carries tensors at a fraction of what IPC messages
 * cost, which are copied and taken apart value by value.
 */
import type { Duplex } from 'node:stream';

const LENGTHS_BYTES = 8;
/** No frame is near this; whatever says so is not a frame. */
const FRAME_BYTES_MAX = 2 ** 30;

/** Payloads up to this size are copied behind their header: many small writes cost more than one copy. */
const COPIED_BYTES_MAX = 64 * 1024;

/** Sends the parts as one payload; a large one without putting it together first. */
export function writeFrame(pipe: Duplex, header: object, parts: readonly Uint8Array[]): void {
  const json = Buffer.from(JSON.stringify(header));
  const payloadBytes = parts.reduce((bytes, part) => bytes + part.length, 0);
  const isCopied = payloadBytes <= COPIED_BYTES_MAX;
  const head = Buffer.allocUnsafe(LENGTHS_BYTES + json.length + (isCopied ? payloadBytes : 0));
  head.writeUInt32LE(json.length, 0);
  head.writeUInt32LE(payloadBytes, 4);
  let offset = LENGTHS_BYTES + json.copy(head, LENGTHS_BYTES);
  if (isCopied) {
    for (const part of parts) {
      head.set(part, offset);
      offset += part.length;
    }
    pipe.write(head);
    return;
  }
  pipe.cork();
  pipe.write(head);
  for (const part of parts) if (part.length > 0) pipe.write(part);
  pipe.uncork();
}

export type OnFrame = (header: unknown, payload: Buffer) => void;

/** Puts frames together from the chunks that a pipe delivers. */
export class FrameReader {
  readonly #onFrame: OnFrame;
  readonly #lengths = Buffer.alloc(LENGTHS_BYTES);
  #filled = 0;
  /** Of the frame that is being read, once its lengths are known. */
  #body: Buffer | null = null;

  constructor(onFrame: OnFrame) {
    this.#onFrame = onFrame;
  }

  /** Throws `RangeError` for lengths that no frame has, and `SyntaxError` for a header that is not JSON. */
  push(chunk: Buffer): void {
    for (let offset = 0; offset < chunk.length; ) {
      const target = this.#body ?? this.#lengths;
      const copied = chunk.copy(target, this.#filled, offset);
      offset += copied;
      this.#filled += copied;
      if (this.#filled === target.length) this.#complete();
    }
  }

  #complete(): void {
    this.#filled = 0;
    const headerBytes = this.#lengths.readUInt32LE(0);
    if (this.#body === null) {
      const bytes = headerBytes + this.#lengths.readUInt32LE(4);
      if (headerBytes === 0 || bytes > FRAME_BYTES_MAX) throw new RangeError(`A frame of ${bytes} bytes`);
      // Not from the pool: the payload is kept for as long as it is worked on.
      this.#body = Buffer.allocUnsafeSlow(bytes);
      return;
    }
    const body = this.#body;
    this.#body = null;
    this.#onFrame(JSON.parse(body.toString('utf8', 0, headerBytes)), body.subarray(headerBytes));
  }
}
