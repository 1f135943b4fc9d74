import { LOG_LINES_MAX, type LogLine } from '@trainyard/contracts';
import { StaleAttemptError } from '@trainyard/db';
import { describe, expect, it } from 'vitest';
import { ERROR, heldJob, openTestDatabase, queuedJob, RESULT } from './rows.js';

const { db, projectId } = await openTestDatabase();

async function linesOf(jobId: string): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  for (let after: string | null | undefined; after !== null; ) {
    const page = await db.jobLogs.list(projectId, jobId, { limit: 1000, ...(after ? { after } : {}) });
    lines.push(...page.data);
    after = page.next_cursor;
  }
  return lines;
}

const messagesOf = async (jobId: string) => (await linesOf(jobId)).map(({ message }) => message);

describe('the log of a job', () => {
  it('has a line for each status, with its reason, and those of its worker between them', async () => {
    const fence = await heldJob(db, projectId);
    const at = new Date('2026-11-22T21:00:00.123Z');
    await db.jobLogs.append(fence, [
      { at, level: 'warning', message: 'First' },
      { level: 'info', message: 'Second' },
    ]);
    await db.jobs.fail(fence, ERROR);
    const lines = await linesOf(fence.id);
    expect(lines.map(({ seq, attempt, level, message }) => ({ seq, attempt, level, message }))).toEqual([
      { seq: 1, attempt: 0, level: 'info', message: 'The job is queued.' },
      { seq: 2, attempt: 1, level: 'info', message: 'The job is being prepared.' },
      { seq: 3, attempt: 1, level: 'info', message: 'The job is running.' },
      { seq: 4, attempt: 1, level: 'warning', message: 'First' },
      { seq: 5, attempt: 1, level: 'info', message: 'Second' },
      { seq: 6, attempt: 1, level: 'error', message: `The job has failed: ${ERROR.message}` },
    ]);
    expect(lines[3]?.at).toBe('2026-11-22T21:00:00.123Z');
    expect(Math.abs(Date.parse(lines[4]?.at ?? '') - Date.now())).toBeLessThan(60_000);
  });

  it('takes nothing from a worker that no longer holds the job', async () => {
    const fence = await heldJob(db, projectId);
    await db.jobs.finish(fence, RESULT);
    const late = db.jobLogs.append(fence, [{ level: 'info', message: 'too late' }]);
    await expect(late).rejects.toBeInstanceOf(StaleAttemptError);
    const early = db.jobLogs.append({ ...fence, attempt: 0 }, [{ level: 'info', message: 'too early' }]);
    await expect(early).rejects.toBeInstanceOf(StaleAttemptError);
    expect((await messagesOf(fence.id)).join()).not.toContain('too');
  });

  it('splits a text into its lines, cuts a long one, and keeps what Postgres cannot store out', async () => {
    const fence = await heldJob(db, projectId);
    const messages = ['one\r\ntwo\nthree', 'x'.repeat(5000), 'a\0b\ud800c 😀'];
    await db.jobLogs.append(
      fence,
      messages.map((message) => ({ level: 'error', message })),
    );
    expect((await messagesOf(fence.id)).slice(3)).toEqual([
      ...['one', 'two', 'three'],
      `${'x'.repeat(2000)}…`,
      'a\ufffdb\ufffdc 😀',
    ]);
  });

  it('keeps the newest lines, whose numbers go on', async () => {
    const fence = await heldJob(db, projectId);
    const many = Array.from({ length: 4000 }, (_, i) => ({ level: 'info' as const, message: `line ${i}` }));
    for (let batch = 0; batch < 3; batch++) await db.jobLogs.append(fence, many);
    const lines = await linesOf(fence.id);
    expect(lines).toHaveLength(LOG_LINES_MAX);
    expect(lines.at(-1)).toMatchObject({ seq: 12_003, message: 'line 3999' });
    expect(lines.map(({ seq }) => seq)).toEqual(Array.from({ length: LOG_LINES_MAX }, (_, i) => i + 2004));
  });

  it('has no number twice where several write at once', async () => {
    const fence = await heldJob(db, projectId);
    const write = (i: number) =>
      db.jobLogs.append(fence, [
        { level: 'info', message: `a${i}` },
        { level: 'info', message: `b${i}` },
      ]);
    await Promise.all(Array.from({ length: 30 }, (_, i) => write(i)));
    const lines = await linesOf(fence.id);
    expect(lines.map(({ seq }) => seq)).toEqual(Array.from({ length: 63 }, (_, i) => i + 1));
    for (const [i, { message }] of lines.entries()) {
      if (message.startsWith('a')) expect(lines[i + 1]?.message).toBe(`b${message.slice(1)}`);
    }
  });

  it('is filtered by attempt and by the slightest level', async () => {
    const fence = await heldJob(db, projectId);
    await db.jobLogs.append(
      fence,
      (['info', 'warning', 'error'] as const).map((level) => ({ level, message: level })),
    );
    const list = async (filter: object) =>
      (await db.jobLogs.list(projectId, fence.id, filter)).data.map(({ seq }) => seq);
    expect(await list({ attempt: 0 })).toEqual([1]);
    expect(await list({ attempt: 1, level: 'info' })).toEqual([2, 3, 4, 5, 6]);
    expect(await list({ level: 'warning' })).toEqual([5, 6]);
    expect(await list({ level: 'error' })).toEqual([6]);
    expect(await list({ after: '4', limit: 1 })).toEqual([5]);
  });

  it('goes with its job, and belongs to its project', async () => {
    const fence = await heldJob(db, projectId);
    await db.jobs.finish(fence, RESULT);
    const other = await db.projects.create({ name: 'another' });
    await expect(db.jobLogs.list(other.id, fence.id)).rejects.toMatchObject({ code: 'not_found' });
    const { id: kept } = await queuedJob(db, projectId);
    await db.jobs.remove(projectId, fence.id);
    await expect(db.jobLogs.list(projectId, fence.id)).rejects.toMatchObject({ code: 'not_found' });
    expect(await messagesOf(kept)).toEqual(['The job is queued.']);
  });

  it.each(['x', '-1', '99999999999'])('refuses the cursor %s', async (after) => {
    const { id } = await queuedJob(db, projectId);
    const list = db.jobLogs.list(projectId, id, { after });
    await expect(list).rejects.toMatchObject({ code: 'invalid_request', errors: [{ pointer: '/after' }] });
  });
});
