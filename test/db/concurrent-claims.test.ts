import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { TrainingClaim } from '@trainyard/db';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { atEnd } from '../setup/index.js';
import { createJob, openTestDatabase, RESULT, readyDataset, WORKER } from './rows.js';

async function open() {
  const { db, url, projectId } = await openTestDatabase();
  const sql = new pg.Client({ connectionString: url });
  await sql.connect();
  atEnd(() => sql.end());
  return { db, url, sql, projectId };
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

describe('a worker that freezes in the middle of a claim', () => {
  it('holds up the others for seconds, and takes nothing when it goes on', async () => {
    const { db, url, sql, projectId } = await open();
    const dataset = await readyDataset(db, projectId);
    const { id } = await createJob(db, projectId, dataset.id);
    // The claim waits for the row of the project, so that its process can be stopped within the transaction.
    const holder = new pg.Client({ connectionString: url });
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query('SELECT 1 FROM projects WHERE id = $1 FOR NO KEY UPDATE', [projectId]);
    const script = fileURLToPath(new URL('./claiming-process.mjs', import.meta.url));
    const child = spawn(process.execPath, [script, url], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    atEnd(() => child.kill('SIGKILL'));
    let printed = '';
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
    });
    const waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    await expect.poll(async () => (await sql.query(waiting)).rows.length, { timeout: 20_000 }).toBe(1);
    child.kill('SIGSTOP');
    await holder.end();

    const claim = await db.jobs.claimNext(WORKER);
    expect(claim).toMatchObject({ id, attempt: 1 });
    child.kill('SIGCONT');
    await ended;
    expect(printed).toMatch(/^(null|refused: )/);
    expect(await db.jobs.get(projectId, id)).toMatchObject({ attempt: 1, worker: WORKER.workerId });
  });
});
