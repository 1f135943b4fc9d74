import { setTimeout as sleep } from 'node:timers/promises';
import { StaleAttemptError, type TrainingClaim } from '@trainyard/db';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { Dice } from '../engine/dice.js';
import { atEnd } from '../setup/index.js';
import { createJob, openTestDatabase, RESULT, readyDataset, WORKER } from './rows.js';

async function open() {
  const { db, url } = await openTestDatabase();
  const sql = new pg.Pool({ connectionString: url, max: 5 });
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

describe('twenty workers that take a hundred jobs at once', () => {
  const LIMITS = [1, 3, null, null];
  const PER_PROJECT = 25;
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
      const create = async (priority: number) =>
        priorities.set((await createJob(db, id, dataset.id, { priority })).id, priority);
      await Promise.all(Array.from({ length: PER_PROJECT }, (_, i) => create((i * 7) % 5)));
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

    expect(taken).toHaveLength(100);
    expect(new Set(taken.map(({ id }) => id)).size).toBe(100);
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
  }, 240_000);

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

describe('three workers that come and go under fifty jobs', () => {
  it('end each job once, whatever happens to their attempts', async () => {
    const { db, sql } = await open();
    const dice = new Dice(7);
    const { id: projectId } = await db.projects.create({ name: 'churned' });
    const dataset = await readyDataset(db, projectId);
    const ids: string[] = [];
    for (let i = 0; i < 50; i++) ids.push((await createJob(db, projectId, dataset.id)).id);
    const left = async () => {
      const { rows } = await sql.query<{ left: number }>(
        "SELECT count(*)::int AS left FROM jobs WHERE status <> 'succeeded'",
      );
      return rows[0]?.left ?? 0;
    };
    /** The claims of workers that went away; they come back as zombies. */
    const lost: TrainingClaim[] = [];

    const live = async (workerId: string) => {
      while ((await left()) > 0) {
        const claim = await db.jobs.claimNext({ ...WORKER, workerId });
        if (claim === null) {
          await sleep(20);
          continue;
        }
        const fate = dice.between(1, 10);
        if (fate > 3) await db.jobs.start(claim);
        if (fate > 5) await db.jobs.finish(claim, RESULT);
        else if (fate > 2) await db.jobs.release(claim, 'The worker was stopped');
        else {
          lost.push(claim);
          await sql.query("UPDATE jobs SET lease_expires_at = now() - interval '1 s' WHERE id = $1", [claim.id]);
        }
      }
    };
    const reconcile = async () => {
      while ((await left()) > 0) {
        await db.jobs.requeueExpired();
        await sql.query('UPDATE jobs SET not_before = NULL WHERE not_before IS NOT NULL');
        await sleep(20);
      }
    };
    await Promise.all([live('wrk_a'), live('wrk_b'), live('wrk_c'), reconcile()]);

    expect(lost.length).toBeGreaterThan(10);
    for (const claim of lost) await expect(db.jobs.finish(claim, RESULT)).rejects.toBeInstanceOf(StaleAttemptError);
    for (const id of ids) {
      const { attempt, phases } = await db.jobs.get(projectId, id);
      const entered = (word: string) => phases.filter((phase) => phase.status === word).length;
      expect([entered('preparing'), entered('queued'), entered('succeeded')]).toEqual([attempt, attempt, 1]);
    }
  }, 240_000);
});
