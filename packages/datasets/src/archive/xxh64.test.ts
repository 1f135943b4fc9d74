import { describe, expect, it } from 'vitest';
import { Xxh64 } from './xxh64.js';

function hashed(...parts: readonly Uint8Array[]): string {
  const hash = new Xxh64();
  for (const part of parts) hash.update(part);
  return hash.digest().toString(16).padStart(16, '0');
}

/** The bytes with which xxHash tests itself. */
function sanityBytes(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = 2654435761n;
  for (let index = 0; index < length; index++) {
    bytes[index] = Number(state >> 56n);
    state = (state * 11400714785074694797n) & 0xffff_ffff_ffff_ffffn;
  }
  return bytes;
}

describe('XXH64', () => {
  it.each([
    ['', 'ef46db3751d8e999'],
    ['a', 'd24ec4f1a98c6e5b'],
    ['abc', '44bc2cf5ad770999'],
  ])('of "%s" is %s', (text, expected) => {
    expect(hashed(Buffer.from(text))).toBe(expected);
  });

  /** From the sanity check of the reference implementation, with seed 0. */
  it.each([
    [1, 'e934a84adb052768'],
    [4, '9136a0dca57457ee'],
    [14, '8282dcc4994e35c8'],
    [222, 'b641ae8cb691c174'],
  ])('of its %s sanity bytes is %s', (length, expected) => {
    expect(hashed(sanityBytes(length))).toBe(expected);
  });

  it('does not depend on how the bytes are cut', () => {
    const bytes = sanityBytes(1000);
    const whole = hashed(bytes);
    for (const cut of [1, 7, 31, 32, 33, 64, 500]) {
      const pieces = Array.from({ length: Math.ceil(1000 / cut) }, (_, index) =>
        bytes.subarray(index * cut, (index + 1) * cut),
      );
      expect(hashed(...pieces), `pieces of ${cut}`).toBe(whole);
    }
    expect(hashed(bytes.with(999, bytes[999] ^ 1))).not.toBe(whole);
  });
});
