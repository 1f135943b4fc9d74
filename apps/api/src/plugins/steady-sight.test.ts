import { expect, it } from 'vitest';
import { SteadySight } from './steady-sight.js';

it('is steady after a while without a gap, and not for as long again after one', () => {
  const sight = new SteadySight({ steadyMs: 15, gapMsMax: 10, now: 0 });
  expect([5, 10, 14].map((now) => sight.seen(now))).toEqual([false, false, false]);
  expect([15, 20, 30].map((now) => sight.seen(now))).toEqual([true, true, true]);
  expect([41, 50, 55].map((now) => sight.seen(now))).toEqual([false, false, false]);
  expect([56, 60].map((now) => sight.seen(now))).toEqual([true, true]);
});
