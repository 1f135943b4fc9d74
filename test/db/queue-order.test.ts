import type { Job } from '@trainyard/contracts';
import type { ClaimOptions, Database, QueueRules, TrainingClaim, WorkerDevice } from '@trainyard/db';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { atEnd } from '../setup/index.js';
import { createJob, openTestDatabase, RESULT, readyDataset, TRAITS, WORKER } from './rows.js';

const RULES: QueueRules = { projectMaxRunningJobs: null, planWaitSeconds: 300 };
const CPU: WorkerDevice[] = [{ device: 'cpu', available: true, reason: null }];
const PLAN = { device: 'cpu', onnxruntime_version: TRAITS.onnxruntimeVersion, cpu: TRAITS.cpu };
const PROGRESS = { epoch: 1, epochs: 2, step: 1, steps: 2, fraction: 0.5, images_per_s: 1 };

/** A database of its own, because a worker takes whatever is next in all of it. */
async function open(rules: Partial<QueueRules> = {}) {
  const { db, url } = await openTestDatabase({ ...RULES, ...rules });
  const sql = new pg.Client({ connectionString: url });
  await sql.connect();
  atEnd(() => sql.end());
  return { db, url, sql };
}

/** A project with a way to queue jobs in it. */
async function project(db: Database, name: string) {
  const { id } = await db.projects.create({ name });
  const dataset = await readyDataset(db, id);
  const queue = (priority = 0): Promise<Job> => createJob(db, id, dataset.id, { priority });
  const place = async (job: Job) => {
    const { queue_position, waiting_for, expected_start_at } = await db.jobs.get(id, job.id);
    return { queue_position, waiting_for, expected_start_at };
  };
  return { id, queue, place };
}

async function take(db: Database, options: ClaimOptions = WORKER): Promise<TrainingClaim> {
  const claim = await db.jobs.claimNext(options);
  if (claim === null) throw new Error('there was no job to take');
  return claim;
}

async function finish(db: Database, claim: TrainingClaim): Promise<void> {
  await db.jobs.start(claim);
  await db.jobs.finish(claim, RESULT);
}

describe('the next job', () => {
  it('is the one of the highest priority in its project, then the oldest', async () => {
    const { db } = await open();
    const { queue } = await project(db, 'a');
    const queued: Job[] = [];
    for (const priority of [0, -5, 10, 0, 10, 100, -100]) queued.push(await queue(priority));
    const taken: string[] = [];
    for (const _ of queued) taken.push((await take(db)).id);
    expect(taken).toEqual([5, 2, 4, 0, 3, 1, 6].map((index) => queued[index].id));
    expect(await db.jobs.claimNext(WORKER)).toBeNull();
  });

  it('comes with how many wait, and how many other workers could take them', async () => {
    const { db } = await open({ projectMaxRunningJobs: 2 });
    const [a, b] = [await project(db, 'a'), await project(db, 'b')];
    for (let i = 0; i < 3; i++) await a.queue();
    await b.queue();
    const idle = await db.workers.register({ host: 'box', pid: 1, devices: CPU, traits: TRAITS });
    // The limit of a project lets two of its three be taken.
    expect((await take(db)).demand).toEqual({ waiting: 3, idleWorkers: 1 });
    expect((await take(db, { ...WORKER, workerId: idle })).demand).toEqual({ waiting: 2, idleWorkers: 0 });
    expect((await take(db)).demand).toEqual({ waiting: 1, idleWorkers: 0 });
  });

  it('is one of the project whose last job was taken longest ago, whatever the priorities of others', async () => {
    const { db } = await open();
    const [a, b, c] = [await project(db, 'a'), await project(db, 'b'), await project(db, 'c')];
    for (let i = 0; i < 5; i++) await a.queue(100);
    for (let i = 0; i < 3; i++) await b.queue(0);
    await c.queue(-100);
    const order: string[] = [];
    for (let i = 0; i < 9; i++) {
      const claim = await take(db);
      order.push(claim.projectId);
      await finish(db, claim);
    }
    expect(order).toEqual([a, b, c, a, b, a, b, a, a].map(({ id }) => id));
  });

  it('is one of the project with the fewest jobs in hand', async () => {
    const { db } = await open();
    const [a, b] = [await project(db, 'a'), await project(db, 'b')];
    for (let i = 0; i < 3; i++) await a.queue();
    const held = [await take(db), await take(db)];
    for (let i = 0; i < 3; i++) await b.queue();
    expect((await take(db)).projectId).toBe(b.id);
    expect((await take(db)).projectId).toBe(b.id);
    for (const claim of held) await finish(db, claim);
    expect((await take(db)).projectId).toBe(a.id);
  });

  it('is shown first: jobs are taken in the order of their queue positions', async () => {
    const { db } = await open();
    const projects = [await project(db, 'a'), await project(db, 'b'), await project(db, 'c')];
    const counts = [4, 1, 3];
    const queued: Job[] = [];
    await projects[2].queue();
    await take(db);
    for (const [index, { queue }] of projects.entries()) {
      for (let i = 0; i < counts[index]; i++) queued.push(await queue((i * 7) % 3));
    }
    const positions = new Map<string, number | null>();
    for (const { id } of projects) {
      for (const job of (await db.jobs.list(id, { status: 'queued' })).data) positions.set(job.id, job.queue_position);
    }
    expect([...positions.values()].sort()).toEqual(queued.map((_, index) => index + 1));
    const taken: (number | null | undefined)[] = [];
    for (const _ of queued) taken.push(positions.get((await take(db)).id));
    expect(taken).toEqual(queued.map((_, index) => index + 1));
  });

  it('is not one whose row someone holds at the moment, and nobody waits for that', async () => {
    const { db, sql } = await open();
    const { queue } = await project(db, 'a');
    const [first, second] = [await queue(), await queue()];
    await sql.query('BEGIN');
    await sql.query('SELECT 1 FROM jobs WHERE id = $1 FOR UPDATE', [first.id]);
    expect((await take(db)).id).toBe(second.id);
    expect(await db.jobs.claimNext(WORKER)).toBeNull();
    await sql.query('COMMIT');
    expect((await take(db)).id).toBe(first.id);
  });

  it('is none that was cancelled, paused or deleted', async () => {
    const { db } = await open();
    const { id, queue } = await project(db, 'a');
    const [cancelled, paused, deleted] = [await queue(), await queue(), await queue()];
    await db.jobs.cancel(id, cancelled.id);
    await db.jobs.pause(id, paused.id);
    await db.jobs.cancel(id, deleted.id);
    await db.jobs.remove(id, deleted.id);
    expect(await db.jobs.claimNext(WORKER)).toBeNull();
    await db.jobs.resume(id, paused.id);
    expect((await take(db)).id).toBe(paused.id);
  });
});

describe('the limit of a project', () => {
  it('holds its jobs up and lets those of others pass, until one of its own ends', async () => {
    const { db } = await open();
    const [a, b] = [await project(db, 'a'), await project(db, 'b')];
    expect(await db.projects.update(a.id, { max_running_jobs: 1 })).toMatchObject({ max_running_jobs: 1 });
    const [first, second, third] = [await a.queue(), await a.queue(), await a.queue()];
    const workerId = await db.workers.register({ host: 'box', pid: 1, devices: CPU, traits: TRAITS });
    await db.workers.register({ host: 'box', pid: 2, devices: CPU, traits: TRAITS });
    const claim = await take(db, { ...WORKER, workerId });
    expect(claim.id).toBe(first.id);
    expect(await db.jobs.claimNext(WORKER)).toBeNull();
    expect(await db.jobs.claim(second.id, WORKER)).toBeNull();
    await db.jobs.start(claim);
    const held = { waiting_for: 'project_limit', expected_start_at: null };
    expect(await a.place(second)).toEqual({ ...held, queue_position: 1 });
    await db.metrics.recordSteps(claim, [], { ...PROGRESS, eta_s: 600 });
    const { expected_start_at } = await a.place(second);
    expect(Math.abs(Date.parse(expected_start_at ?? '') - Date.now() - 600_000)).toBeLessThan(5000);
    expect(await a.place(third)).toEqual({ ...held, queue_position: 2 });

    const other = await b.queue();
    expect(await b.place(other)).toMatchObject({ queue_position: 1, waiting_for: 'worker' });
    expect((await a.place(second)).queue_position).toBe(2);
    expect((await take(db)).id).toBe(other.id);
    await db.jobs.finish(claim, RESULT);
    expect((await take(db)).id).toBe(second.id);
    expect(await db.jobs.claimNext(WORKER)).toBeNull();
    expect(await db.projects.update(a.id, { max_running_jobs: null })).toMatchObject({ max_running_jobs: null });
    expect((await take(db)).id).toBe(third.id);
  });

  it("is the operator's where it has none of its own", async () => {
    const { db } = await open({ projectMaxRunningJobs: 2 });
    const [a, b] = [await project(db, 'a'), await project(db, 'b')];
    for (let i = 0; i < 4; i++) await a.queue();
    for (let i = 0; i < 4; i++) await b.queue();
    await db.projects.update(b.id, { max_running_jobs: 3 });
    const taken: string[] = [];
    for (let claim = await db.jobs.claimNext(WORKER); claim; claim = await db.jobs.claimNext(WORKER)) {
      taken.push(claim.projectId);
    }
    expect(taken.filter((id) => id === a.id)).toHaveLength(2);
    expect(taken.filter((id) => id === b.id)).toHaveLength(3);
  });

  it('is of a project that exists', async () => {
    const { db } = await open();
    const update = db.projects.update('prj_01kabcdefghjkmnpqrstvwxyz0', { max_running_jobs: 1 });
    await expect(update).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('a job in the pause after a failure', () => {
  it('stands behind the others and says so', async () => {
    const { db } = await open();
    const { queue, place } = await project(db, 'a');
    const first = await queue(100);
    await db.jobs.fail(await take(db), { code: 'worker_lost', message: 'The training process ended.' });
    const second = await queue();
    expect(await place(first)).toMatchObject({ queue_position: 2, waiting_for: 'retry_pause' });
    expect(await place(second)).toMatchObject({ queue_position: 1, waiting_for: 'worker' });
    expect((await take(db)).id).toBe(second.id);
    expect(await db.jobs.claimNext(WORKER)).toBeNull();
  });
});

describe('a job that asks for a device', () => {
  it('waits for a worker that has it, and its place is among the jobs for these workers', async () => {
    const { db } = await open();
    const { id } = await db.projects.create({ name: 'a' });
    const dataset = await readyDataset(db, id);
    for (let i = 0; i < 2; i++) await createJob(db, id, dataset.id);
    const onCuda = await createJob(db, id, dataset.id, { device: 'cuda', priority: -1 });
    const place = async () => {
      const { queue_position, waiting_for } = await db.jobs.get(id, onCuda.id);
      return { queue_position, waiting_for };
    };
    await db.workers.register({ host: 'box', pid: 1, devices: CPU, traits: TRAITS });
    expect(await place()).toEqual({ queue_position: 1, waiting_for: 'device' });
    const devices: WorkerDevice[] = [{ device: 'cuda', available: true, reason: null }];
    await db.workers.register({ host: 'box', pid: 2, devices, traits: TRAITS });
    expect(await place()).toEqual({ queue_position: 1, waiting_for: 'worker' });
    for (let i = 0; i < 2; i++) expect((await take(db)).deviceRequested).toBe('auto');
    expect(await db.jobs.claimNext(WORKER)).toBeNull();
    expect((await take(db, { ...WORKER, devices: ['cuda'] })).id).toBe(onCuda.id);
  });
});

describe('a job with a plan', () => {
  const other: ClaimOptions = { ...WORKER, workerId: 'wrk_other', traits: { ...TRAITS, cpu: 'x64 avx2 avx512f fma' } };

  async function interrupted(rules: Partial<QueueRules> = {}) {
    const { db, sql } = await open(rules);
    const { id: projectId, queue, place } = await project(db, 'a');
    const job = await queue();
    const claim = await take(db);
    await db.jobs.start(claim);
    await db.jobs.setPlan(claim, PLAN);
    await db.jobs.release(claim, 'The worker was stopped');
    const show = () => db.jobs.get(projectId, job.id);
    const waitLonger = () =>
      sql.query("UPDATE job_phases SET started_at = started_at - interval '301 s' WHERE job_id = $1", [job.id]);
    return { db, projectId, job, show, place: () => place(job), waitLonger };
  }

  it('is kept for a worker that repeats it to the bit', async () => {
    const { db, show, place } = await interrupted();
    const { devices } = { devices: CPU };
    await db.workers.register({ host: 'box', pid: 2, devices, traits: other.traits });
    expect(await db.jobs.claimNext(other)).toBeNull();
    const kept = await place();
    expect(kept).toMatchObject({ queue_position: 1, waiting_for: 'plan' });
    expect(Math.abs(Date.parse(kept.expected_start_at ?? '') - Date.now() - 300_000)).toBeLessThan(5000);
    await db.workers.register({ host: 'box', pid: 1, devices, traits: TRAITS });
    expect(await place()).toMatchObject({ queue_position: 1, waiting_for: 'worker' });
    expect(await db.jobs.claimNext({ ...WORKER, traits: { ...TRAITS, onnxruntimeVersion: '1.30.0' } })).toBeNull();
    expect(await db.jobs.claimNext({ ...WORKER, devices: ['cuda'] })).toBeNull();
    expect(await take(db)).toMatchObject({ attempt: 2, plan: PLAN });
    expect(await show()).toMatchObject({ exact: true });
  });

  it('goes to any worker after the wait, with a plan of its own, and says what differs', async () => {
    const { db, projectId, job, show, waitLonger } = await interrupted();
    await waitLonger();
    const claim = await take(db, other);
    expect(claim).toMatchObject({ id: job.id, attempt: 2, plan: null });
    expect(await show()).toMatchObject({ exact: false, worker: 'wrk_other' });
    const events = (await db.events.list(projectId, job.id, { limit: 100 })).data;
    expect(events.filter(({ type }) => type === 'plan')).toMatchObject([
      {
        data: {
          exact: false,
          attempt: 2,
          differences: [{ trait: 'cpu', planned: TRAITS.cpu, found: other.traits.cpu }],
        },
      },
    ]);
    const { data: warnings } = await db.jobLogs.list(projectId, job.id, { level: 'warning' });
    expect(warnings).toMatchObject([{ attempt: 2, message: expect.stringContaining(`here ${other.traits.cpu}`) }]);
    const plan = { ...PLAN, cpu: other.traits.cpu };
    expect(await db.jobs.setPlan(claim, plan)).toEqual(plan);
    await db.jobs.release(claim, 'The worker was stopped');
    expect(await db.jobs.claimNext(WORKER)).toBeNull();
    expect(await take(db, other)).toMatchObject({ attempt: 3, plan });
    expect(await show()).toMatchObject({ exact: false });
  });

  it('stays exact on a worker that repeats it, however long it waited', async () => {
    const { db, show, waitLonger } = await interrupted();
    await waitLonger();
    expect(await take(db)).toMatchObject({ plan: PLAN });
    expect(await show()).toMatchObject({ exact: true });
  });

  it('waits for nobody where the operator says so, and holds up no other job meanwhile', async () => {
    const { db } = await interrupted({ planWaitSeconds: 0 });
    expect(await take(db, other)).toMatchObject({ attempt: 2, plan: null });
    const kept = await interrupted();
    const { queue } = await project(kept.db, 'b');
    const next = await queue();
    expect((await take(kept.db, other)).id).toBe(next.id);
  });
});
