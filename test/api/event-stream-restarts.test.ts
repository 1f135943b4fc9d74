// The stream of a job's events while its API is killed, and while PostgreSQL is restarted under it.
import { setTimeout as sleep } from 'node:timers/promises';
import type { EpochMetrics, Event, JobProgress } from '@trainyard/contracts';
import { type Database, type Fence, migrate, openDatabase } from '@trainyard/db';
import { describe, expect, it } from 'vitest';
import { startGuard } from '../../scripts/stack/guard.mjs';
import { heldJob, RESULT } from '../db/rows.js';
import { restartablePostgres } from '../faults/servers/restartable.js';
import { atEnd, createTestEnvironment, createTestFolder, startApi, TEST_KEY } from '../setup/index.js';
import { followEvents } from './event-source.js';
import { takeFrames } from './event-stream.js';
import { createTestApi } from './setup.js';

const epoch = (number: number): EpochMetrics => ({
  epoch: number,
  step: number * 10,
  train: { loss: 1 / number },
  validation: null,
  learning_rate: 0.001,
  images_per_s: 100,
  duration_s: 1,
});

const progressAt = (epochs: number): JobProgress => ({
  epoch: epochs,
  epochs: 10_000,
  step: epochs * 10,
  steps: 100_000,
  fraction: epochs / 10_000,
  eta_s: 10_000 - epochs,
  images_per_s: 100,
});

/** Writes events until it is told to stop, and answers how many. */
async function writeEvents(db: Database, fence: Fence, stop: AbortSignal): Promise<number> {
  let written = 0;
  while (!stop.aborted) {
    await db.jobs.renewLease(fence, 60_000);
    await db.metrics.recordEpoch(fence, epoch(written + 1));
    written += 1;
    if (written % 10 === 0) await db.metrics.recordSteps(fence, [], progressAt(written));
    await sleep(15);
  }
  return written;
}

async function allEvents(db: Database, projectId: string, jobId: string): Promise<Event[]> {
  const events: Event[] = [];
  for (let after: string | null | undefined; after !== null; ) {
    const page = await db.events.list(projectId, jobId, { limit: 100, ...(after ? { after } : {}) });
    events.push(...page.data);
    after = page.next_cursor;
  }
  return events;
}

describe('a client that comes back with Last-Event-ID', () => {
  it('gets each event once while the API is killed and started again three times', async () => {
    const environment = await createTestEnvironment();
    const db = openDatabase(environment.DATABASE_URL);
    atEnd(() => db.close());
    let api = await startApi(environment);
    const { projectId } = await db.projects.ensureBootstrap();
    const fence = await heldJob(db, projectId);
    const stop = new AbortController();
    const writing = writeEvents(db, fence, stop.signal);
    const url = `http://127.0.0.1:${api.port}/v1/jobs/${fence.id}/events`;
    const following = followEvents(url, TEST_KEY);
    for (let kill = 0; kill < 3; kill++) {
      await sleep(1500);
      api.process.kill('SIGKILL');
      await sleep(300);
      api = await startApi(environment);
    }
    await sleep(1000);
    stop.abort();
    const written = await writing;
    await db.jobs.finish(fence, RESULT);
    const followed = await following;

    const events = await allEvents(db, projectId, fence.id);
    expect(events).toHaveLength(3 + written + 1);
    expect(followed.events).toEqual(events);
    expect(followed.connections).toBeGreaterThanOrEqual(4);
    expect(followed.refusals).toBeGreaterThan(0);
    expect(followed.progress.length).toBeGreaterThan(0);
    for (const frame of followed.progress) {
      expect(frame).toMatchObject({ job_id: fence.id, progress: { eta_s: expect.any(Number) } });
    }
  });
});

describe('a stream', () => {
  it('goes on in the same connection, without a gap or a double, when PostgreSQL is restarted', async () => {
    const guard = startGuard();
    atEnd(() => guard.close());
    const postgres = await restartablePostgres({ directory: createTestFolder(), guard });
    await migrate(postgres.url);
    const db = openDatabase(postgres.url);
    atEnd(() => db.close());
    const { projectId } = await db.projects.ensureBootstrap({ secret: TEST_KEY });
    const api = await createTestApi({ db, heartbeatMs: 300 });
    const fence = await heldJob(db, projectId);
    const headers = { authorization: `Bearer ${TEST_KEY}`, accept: 'text/event-stream' };
    const reading = fetch(`${api.app.listeningOrigin}/v1/jobs/${fence.id}/events`, { headers }).then((response) =>
      takeFrames(response),
    );
    for (const [round, how] of (['fast', 'immediate'] as const).entries()) {
      for (let i = 1; i <= 5; i++) await db.metrics.recordEpoch(fence, epoch(round * 5 + i));
      await postgres.down(how);
      await sleep(1500);
      await postgres.up();
      await expect
        .poll(
          () =>
            db.check().then(
              () => 'up',
              () => 'down',
            ),
          { timeout: 10_000 },
        )
        .toBe('up');
      await db.jobs.renewLease(fence, 60_000);
    }
    await db.jobs.finish(fence, RESULT);
    const frames = await reading;
    const events = frames.filter(({ id }) => id !== undefined).map(({ data }) => data);
    expect(events).toEqual(await allEvents(db, projectId, fence.id));
    expect(events).toHaveLength(3 + 10 + 1);
    expect(frames.some(({ comment }) => comment === ' still here' || comment === 'still here')).toBe(true);
  });
});
