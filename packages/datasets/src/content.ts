/** Tells images apart by what they were read from. */
import { createHash } from 'node:crypto';

const BITS = 128;
const HEX_BITS = 4;

/**
 * The first 128 bits of the SHA-256 of an image, in hexadecimal: of the bytes of its file, or, where pixels lie bare, of
 * those, after the size in which they lie.
 */
export function contentOf(bytes: Uint8Array, shape?: { width: number; height: number; channels: number }): string {
  const hash = createHash('sha256');
  if (shape) hash.update(`${shape.width}x${shape.height}x${shape.channels}:`);
  return hash
    .update(bytes)
    .digest('hex')
    .slice(0, BITS / HEX_BITS);
}
