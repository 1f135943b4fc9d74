import { describe, expect, it } from 'vitest';
import { FEATURE_BYTES } from './features.js';
import { HASH_PLAN } from './hash-plan.js';
import { searchNearApart } from './search-apart.js';
import { type NearSearch, searchNear } from './search-near.js';

const MISSING = new URL('./no-such-thread.js', import.meta.url);

/** Noise, and every 40th the one before it, a little darker. */
function searchAmong(count: number): NearSearch {
  const features = Uint8Array.from(
    { length: count * FEATURE_BYTES },
    (_, at) => 20 + ((Math.imul(at + 1, 2654435761) ^ Math.imul((at >>> 5) + 7, 2246822519)) >>> 25),
  );
  for (let copy = 40; copy < count; copy += 40) {
    const start = copy * FEATURE_BYTES;
    const before = features.subarray(start - FEATURE_BYTES, start);
    features.set(
      before.map((value) => value - 5),
      start,
    );
  }
  const unique = Uint32Array.from({ length: count }, (_, place) => place).filter((place) => place % 7 !== 3);
  return { features, unique, image: { width: 32, height: 32, channels: 3 }, plan: HASH_PLAN };
}

describe('searchNearApart', () => {
  it('finds in a thread what is found without one', async () => {
    const search = searchAmong(1600);
    const apart = await searchNearApart(search);
    expect(apart.length).toBeGreaterThan(10);
    expect(apart).toEqual(await searchNear(search));
  });

  it('starts no thread for few images', async () => {
    const search = searchAmong(800);
    expect(await searchNearApart(search, MISSING)).toEqual(await searchNear(search));
  });

  it('fails where the thread does', async () => {
    await expect(searchNearApart(searchAmong(1600), MISSING)).rejects.toThrow('no-such-thread');
  });
});
