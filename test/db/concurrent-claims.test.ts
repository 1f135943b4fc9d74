import { setTimeout as sleep } from 'node:timers/promises';
import type { TrainingClaim } from '@trainyard/db';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { atEnd } from '../setup/index.js';
import { createJob, openTestDatabase, RESULT, readyDataset, WORKER } from './rows.js';

async function open() {
  const { db, url } = await openTestDatabase();
  const sql = new pg.Client({ connectionString: url });
  await sql.connect();
  atEnd(() => sql.end());
  return { db, sql };
}

/** What was seen right after a claim. */
interface Taken {
  id: string;
  projectId: string;
  worker: string;
  /** When, by the database's clock: claims come one after the other. */
  at: Date;
  /** How many jobs of its project were in hand. */
  held: number;
}

describe('twenty workers that take two hundred jobs at once', () => {
  const LIMITS = [1, 3, null, null];
  const PER_PROJECT = 50;
  const taken: Taken[] = [];
  const priorities = new Map<string, number>();
  const projects: string[] = [];

  it('take each job once, in the order of its project, and within the limits', async () => {
    const { db, sql } = await open();
    for (const [index, limit] of LIMITS.entries()) {
      const { id } = await db.projects.create({ name: `p${index}` });
      projects.push(id);
      await db.projects.update(id, { max_running_jobs: limit });
      const dataset = await readyDataset(db, id);
      for (let i = 0; i < PER_PROJECT; i++) {
        const priority = (i * 7) % 5;
        priorities.set((await createJob(db, id, dataset.id, { priority })).id, priority);
      }
    }

    const note = async ({ id, projectId }: TrainingClaim, worker: string) => {
      const { rows } = await sql.query<{ at: Date; held: number }>(
        `SELECT lease_expires_at AS at, (SELECT count(*)::int FROM jobs
           WHERE project_id = $2 AND status IN ('preparing', 'running')) AS held
         FROM jobs WHERE id = $1`,
        [id, projectId],
      );
      taken.push({ id, projectId, worker, ...rows[0] });
    };
    const work = async (workerId: string) => {
      while (taken.length < projects.length * PER_PROJECT) {
        const claim = await db.jobs.claimNext({ ...WORKER, workerId });
        if (claim === null) {
          await sleep(20);
          continue;
        }
        await note(claim, workerId);
        await db.jobs.start(claim);
        await db.jobs.finish(claim, RESULT);
      }
    };
    await Promise.all(Array.from({ length: 20 }, (_, i) => work(`wrk_${i}`)));

    expect(taken).toHaveLength(200);
    expect(new Set(taken.map(({ id }) => id)).size).toBe(200);
    expect(new Set(taken.map(({ worker }) => worker)).size).toBeGreaterThan(10);
    const { rows } = await sql.query('SELECT DISTINCT status::text, attempt FROM jobs');
    expect(rows).toEqual([{ status: 'succeeded', attempt: 1 }]);

    for (const [index, projectId] of projects.entries()) {
      const own = taken.filter((each) => each.projectId === projectId).sort((a, b) => +a.at - +b.at);
      const order = own.map(({ id }) => id);
      const expected = [...order].sort(
        (a, b) => (priorities.get(b) ?? 0) - (priorities.get(a) ?? 0) || (a < b ? -1 : 1),
      );
      expect(order).toEqual(expected);
      expect(Math.max(...own.map(({ held }) => held))).toBeLessThanOrEqual(LIMITS[index] ?? 20);
    }
  });

  it('serve the projects without a limit in turns', () => {
    const turns = [...taken].sort((a, b) => +a.at - +b.at).map(({ projectId }) => projects.indexOf(projectId));
    let [lead, most] = [0, 0];
    for (const index of turns) {
      lead += index === 2 ? 1 : index === 3 ? -1 : 0;
      most = Math.max(most, Math.abs(lead));
    }
    // Equal in number at every moment, but for those that ended meanwhile.
    expect(most).toBeLessThanOrEqual(5);
  });
});
