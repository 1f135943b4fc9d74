/** Tells images apart by what they were read from. */
import { createHash, hash } from 'node:crypto';

const BITS = 128;
const HEX_BITS = 4;

/**
 * The first 128 bits of the SHA-256 of an image, in hexadecimal: of the bytes of its file, or, where pixels lie bare, of
 * those, after the size in which they lie.
 */
export function contentOf(bytes: Uint8Array, shape?: { width: number; height: number; channels: number }): string {
  const digest = shape ? digestOfPixels(bytes, shape) : hash('sha256', bytes, 'hex');
  return digest.slice(0, BITS / HEX_BITS);
}

function digestOfPixels(bytes: Uint8Array, shape: { width: number; height: number; channels: number }): string {
  const head = `${shape.width}x${shape.height}x${shape.channels}:`;
  return createHash('sha256').update(head).update(bytes).digest('hex');
}
