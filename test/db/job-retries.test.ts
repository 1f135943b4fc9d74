import { ERROR_KINDS, type ErrorCode } from '@trainyard/contracts';
import { backoffSeconds, FAILURES_MAX, INTERNAL_FAILURES_MAX } from '@trainyard/db';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkpointAt, heldJob, openTestDatabase, queuedJob, WORKER } from './rows.js';

const { db, url, projectId } = await openTestDatabase();
const sql = new pg.Client({ connectionString: url });
beforeAll(() => sql.connect());
afterAll(() => sql.end());

const lost = { code: 'worker_lost' as const, message: 'The training process ended.' };

async function endPause(id: string): Promise<void> {
  await sql.query("UPDATE jobs SET not_before = now() - interval '1 s' WHERE id = $1", [id]);
  await sql.query("UPDATE outbox SET not_before = now() - interval '1 s' WHERE subject_id = $1", [id]);
}

async function take(id: string) {
  await endPause(id);
  const claim = await db.jobs.claim(id, WORKER);
  if (!claim) throw new Error('the job could not be taken');
  await db.jobs.start(claim);
  return claim;
}

const announced = async (id: string) => (await db.outbox.pending(1000)).filter((entry) => entry.subjectId === id);

describe('a job whose attempt failed', () => {
  it('waits twice as long after each failure, up to a minute', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8, 1000].map(backoffSeconds)).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  it('is neither announced nor taken before its pause is over', async () => {
    const { id } = await queuedJob(db, projectId);
    const claim = await take(id);
    await db.outbox.markDispatched((await db.outbox.pending(1000)).map((entry) => entry.id));
    await db.jobs.fail(claim, lost);
    const job = await db.jobs.get(projectId, id);
    expect(job).toMatchObject({ status: 'queued', worker: null, error: null });
    expect(job.phases.at(-1)?.reason).toBe(lost.message);
    expect(await announced(id)).toEqual([]);
    expect(await db.jobs.claim(id, WORKER)).toBeNull();
    await endPause(id);
    expect(await announced(id)).toHaveLength(1);
    expect(await db.jobs.claim(id, WORKER)).toMatchObject({ attempt: 2 });
  });

  it('survives 25 kills as long as each attempt leaves a newer checkpoint', async () => {
    const { id } = await queuedJob(db, projectId);
    for (let kill = 1; kill <= 25; kill++) {
      const claim = await take(id);
      await db.checkpoints.record(claim, checkpointAt(kill));
      await sql.query("UPDATE jobs SET lease_expires_at = now() - interval '1 s' WHERE id = $1", [id]);
      expect(await db.jobs.requeueExpired()).toEqual([id]);
    }
    expect(await db.jobs.claim(id, WORKER)).toBeNull();
    expect(await take(id)).toMatchObject({ attempt: 26 });
  });

  it('fails when it does not get on, also where it writes the same checkpoint each time', async () => {
    const { id } = await queuedJob(db, projectId);
    await db.jobs.fail(await take(id), lost);
    for (let failure = 1; failure <= FAILURES_MAX; failure++) {
      const claim = await take(id);
      await db.checkpoints.record(claim, checkpointAt(1));
      await db.jobs.fail(claim, lost);
    }
    const job = await db.jobs.get(projectId, id);
    expect(job).toMatchObject({ status: 'failed', attempt: FAILURES_MAX + 1, error: { code: 'worker_lost' } });
    expect(job.error?.message).toContain(`failed ${FAILURES_MAX} times`);
  });

  it('is tried less often after an error that nobody foresaw', async () => {
    const { id } = await queuedJob(db, projectId);
    const internal = { code: 'internal' as const, message: 'Unexpected.' };
    for (let failure = 1; failure <= INTERNAL_FAILURES_MAX; failure++) await db.jobs.fail(await take(id), internal);
    expect(await db.jobs.get(projectId, id)).toMatchObject({ status: 'failed', attempt: INTERNAL_FAILURES_MAX });
  });

  const final = (Object.keys(ERROR_KINDS) as ErrorCode[]).filter((code) => !ERROR_KINDS[code].retryable);
  it.each(final)('is never tried again after `%s`', async (code) => {
    const fence = await heldJob(db, projectId);
    await db.jobs.fail(fence, { code, message: 'No.' });
    expect(await db.jobs.get(projectId, fence.id)).toMatchObject({ status: 'failed', error: { code, message: 'No.' } });
  });

  it('ends cancelled where that was asked for meanwhile', async () => {
    const fence = await heldJob(db, projectId);
    await db.jobs.cancel(projectId, fence.id);
    await db.jobs.fail(fence, lost);
    const { status, phases } = await db.jobs.get(projectId, fence.id);
    expect({ status, reason: phases.at(-1)?.reason }).toEqual({
      status: 'cancelled',
      reason: `Cancelled by request. ${lost.message}`,
    });
  });
});
