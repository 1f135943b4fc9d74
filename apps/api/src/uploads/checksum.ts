/** Checksums of what a request sends, as the tus extension `checksum` has them. */
import { createHash, type Hash, timingSafeEqual } from 'node:crypto';

/** The name of each algorithm, there and in Node.js, and the bytes of its checksum. */
const BYTES = { sha1: 20, sha256: 32, md5: 16 } as const;

type Algorithm = keyof typeof BYTES;

export const CHECKSUMS = Object.keys(BYTES) as readonly Algorithm[];

export class Checksum {
  readonly #expected: Buffer;
  readonly #hash: Hash;

  constructor(algorithm: Algorithm, expected: Buffer) {
    this.#expected = expected;
    this.#hash = createHash(algorithm);
  }

  update(chunk: Uint8Array): void {
    this.#hash.update(chunk);
  }

  /** Whether the bytes have the checksum. Call it once, after the last of them. */
  matches(): boolean {
    return timingSafeEqual(this.#hash.digest(), this.#expected);
  }
}

/** Reads `<algorithm> <Base64>`; null for an algorithm that is not known here, or a checksum of another length. */
export function readChecksum(header: string): Checksum | null {
  const [name, base64 = '', ...more] = header.trim().split(' ');
  const algorithm = CHECKSUMS.find((known) => known === name);
  const expected = Buffer.from(base64, 'base64');
  if (algorithm === undefined || more.length > 0 || expected.length !== BYTES[algorithm]) return null;
  return new Checksum(algorithm, expected);
}
