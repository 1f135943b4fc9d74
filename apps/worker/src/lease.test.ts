import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { holdLease, LEASE_MS, LeaseLapsedError } from './lease.js';

const LOST = new Error('another worker has it');

describe('holdLease', () => {
  it('renews about once a second until it is released, and not after', async () => {
    let renewals = 0;
    const release = holdLease({
      renew: async () => void renewals++,
      isLost: () => true,
      onLost: () => expect.unreachable(),
    });
    await sleep(1500);
    await release();
    expect(renewals).toBe(2);
    await sleep(1200);
    expect(renewals).toBe(2);
  });

  it('says at once that the lease is lost', async () => {
    const lost: unknown[] = [];
    const release = holdLease({
      renew: () => Promise.reject(LOST),
      isLost: (error) => error === LOST,
      onLost: (error) => void lost.push(error),
    });
    await sleep(50);
    expect(lost).toEqual([LOST]);
    await release();
  });

  it('tries again while the database is away, as long as the lease lasts', async () => {
    let tries = 0;
    const release = holdLease({
      renew: async () => {
        if (++tries === 1) throw new Error('the connection was refused');
      },
      isLost: (error) => error === LOST,
      onLost: () => expect.unreachable(),
    });
    await sleep(1500);
    await release();
    expect(tries).toBe(2);
  });

  it('lapses in time where the database refuses, and where it does not answer at all', async () => {
    const refused = () => Promise.reject(new Error('refused'));
    const unanswered = () => new Promise<never>(() => {});
    const lapse = async (renew: () => Promise<never>) => {
      const begun = performance.now();
      const lost = await new Promise<unknown>((resolve) => {
        holdLease({ renew, isLost: () => false, onLost: resolve });
      });
      expect(lost).toBeInstanceOf(LeaseLapsedError);
      expect(performance.now() - begun).toBeGreaterThan(LEASE_MS - 5000);
      // Before the database gives it to another worker, with time to kill the child.
      expect(performance.now() - begun).toBeLessThan(LEASE_MS - 1500);
    };
    await Promise.all([lapse(refused), lapse(unanswered)]);
  });

  it('is released at once, also while the database does not answer', async () => {
    const release = holdLease({
      renew: () => new Promise(() => {}),
      isLost: () => false,
      onLost: () => expect.unreachable(),
    });
    await sleep(20);
    const begun = performance.now();
    await release();
    expect(performance.now() - begun).toBeLessThan(500);
  });
});
