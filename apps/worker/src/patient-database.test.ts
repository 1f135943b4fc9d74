import { openDatabase } from '@trainyard/db';
import { describe, expect, it } from 'vitest';
import { patientDatabase, throughOutages } from './patient-database.js';

const away = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

describe('throughOutages', () => {
  it('tries again while the database is away, and passes on any other error at once', async () => {
    let tries = 0;
    const work = async () => {
      if (++tries < 3) throw away;
      return 'written';
    };
    expect(await throughOutages(work, new AbortController().signal)).toBe('written');
    expect(tries).toBe(3);
    const stale = new Error('stale');
    await expect(throughOutages(() => Promise.reject(stale), new AbortController().signal)).rejects.toBe(stale);
  });
});

describe('a patient database', () => {
  it('waits for a Postgres that is away until the lease is lost', async () => {
    const db = openDatabase('postgresql://nobody@127.0.0.1:1/none');
    const lost = new AbortController();
    const reason = new Error('the lease is lost');
    setTimeout(() => lost.abort(reason), 700);
    const begun = performance.now();
    await expect(patientDatabase(db, lost.signal).workers.alive()).rejects.toBe(reason);
    expect(performance.now() - begun).toBeGreaterThan(600);
    await expect(patientDatabase(db, lost.signal).workers.alive()).rejects.toBe(reason);
    await db.close();
  });
});
