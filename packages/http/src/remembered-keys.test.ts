import type { Identity } from '@trainyard/db';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { RememberedKeys } from './remembered-keys.js';

const identity: Identity = { keyId: 'key_1', projectId: 'prj_1', role: 'member' };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A table of keys that can be revoked, and how often it was asked. */
function table() {
  const live = new Set(['good']);
  const asked: string[] = [];
  const authenticate = async (secret: string) => {
    asked.push(secret);
    return live.has(secret) ? identity : null;
  };
  return { live, asked, keys: new RememberedKeys({ authenticate }) };
}

it('asks once for many requests, and again in good time', async () => {
  const { keys, asked } = table();
  await Promise.all(Array.from({ length: 100 }, () => keys.authenticate('good')));
  expect(asked).toHaveLength(1);
  vi.advanceTimersByTime(400);
  expect(await keys.authenticate('good')).toEqual(identity);
  expect(asked).toHaveLength(1);
  vi.advanceTimersByTime(200);
  expect(await keys.authenticate('good')).toEqual(identity);
  expect(asked).toHaveLength(2);
});

it('refuses a revoked key after a second at most, steadily used or not', async () => {
  for (const every of [50, 2_000]) {
    const { keys, live } = table();
    await keys.authenticate('good');
    live.clear();
    let refusedAfter = 0;
    for (let at = every; refusedAfter === 0; at += every) {
      vi.advanceTimersByTime(every);
      if ((await keys.authenticate('good')) === null) refusedAfter = at;
    }
    expect(refusedAfter).toBeLessThanOrEqual(Math.max(1_000, every));
  }
});

it('asks each time for one that is unknown, so that a new key works at once', async () => {
  const { keys, live } = table();
  expect(await keys.authenticate('new')).toBeNull();
  live.add('new');
  expect(await keys.authenticate('new')).toEqual(identity);
});
