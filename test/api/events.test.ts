import { setTimeout as delay } from 'node:timers/promises';
import type { Event, JobProgress } from '@trainyard/contracts';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { heldJob, queuedJob, RESULT } from '../db/rows.js';
import { type Frame, readFrames, takeFrames } from './event-stream.js';
import { expectPointers, expectProblem } from './problem.js';
import { createTestApi, type TestApi } from './setup.js';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi({ heartbeatMs: 500 });
});

function open(jobId: string, headers: Record<string, string> = {}, from = api): Promise<Response> {
  const authorization = `Bearer ${from.member.secret}`;
  const { port } = new URL(from.app.listeningOrigin);
  return fetch(`http://127.0.0.1:${port}/v1/jobs/${jobId}/events`, {
    headers: { authorization, accept: 'text/event-stream', ...headers },
  });
}

async function listed(jobId: string): Promise<Event[]> {
  return (await api.member.get(`/v1/jobs/${jobId}/events?limit=100`).expect(200)).body.data;
}

const eventsOf = (frames: Frame[]) => frames.filter((frame) => frame.id !== undefined).map((frame) => frame.data);

const epoch = (number: number) => ({
  epoch: number,
  step: number * 10,
  train: { loss: 1 / number },
  validation: null,
  learning_rate: 0.001,
  images_per_s: 100,
  duration_s: 1,
});

const progressAt = (step: number): JobProgress => ({
  epoch: 1,
  epochs: 1,
  step,
  steps: 10,
  fraction: step / 10,
  eta_s: 10 - step,
  images_per_s: null,
});

describe('GET /v1/jobs/{id}/events', () => {
  it('200 as a list, oldest first, where `after` moves forward', async () => {
    const fence = await heldJob(api.db, api.member.projectId);
    const events = await listed(fence.id);
    expect(events.map((event) => event.type)).toEqual(['status', 'status', 'status']);
    expect(events[0]).toMatchObject({ object: 'event', subject_id: fence.id, id: expect.stringMatching(/^evt_/) });
    const { body } = await api.member.get(`/v1/jobs/${fence.id}/events?after=${events[0].id}`).expect(200);
    expect(body.data).toEqual(events.slice(1));
  });

  it('404 and 422 as problems, also where a stream was asked for', async () => {
    const { id } = await queuedJob(api.db, api.member.projectId);
    const missing = await open('nothing');
    expect([missing.status, missing.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
    const foreign = await heldJob(api.db, api.stranger.projectId);
    expect((await open(foreign.id)).status).toBe(404);
    expect((await open(id, { 'last-event-id': `evt_${'0'.repeat(26)}` })).status).toBe(422);
    expectPointers(await api.member.get(`/v1/jobs/${id}/events?after=x`), 'invalid_request', ['/after']);
    expectProblem(await api.member.get('/v1/jobs/nothing/events'), 'not_found');
  });
});

describe('GET /v1/jobs/{id}/events as a stream', () => {
  it('gives every event once and in order, and ends after the job has ended', async () => {
    const fence = await heldJob(api.db, api.member.projectId);
    const response = await open(fence.id);
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(response.headers.get('cache-control')).toBe('no-cache');
    const reading = takeFrames(response);
    for (const number of [1, 2, 3]) await api.db.metrics.recordEpoch(fence, epoch(number));
    await delay(600);
    await api.db.metrics.recordEpoch(fence, epoch(4));
    await api.db.jobs.finish(fence, RESULT);
    expect(eventsOf(await reading)).toEqual(await listed(fence.id));
  });

  it('resumes from Last-Event-ID without a gap or a double, wherever it broke off', async () => {
    const fence = await heldJob(api.db, api.member.projectId);
    for (let number = 1; number <= 250; number++) await api.db.metrics.recordEpoch(fence, epoch(number));
    const seen: unknown[] = [];
    let last: string | undefined;
    for (const take of [1, 2, 7, 120]) {
      const frames: Frame[] = [];
      for await (const frame of readFrames(await open(fence.id, last === undefined ? {} : { 'last-event-id': last }))) {
        if (frame.id !== undefined) frames.push(frame);
        if (frames.length === take) break;
      }
      seen.push(...eventsOf(frames));
      last = frames.at(-1)?.id;
    }
    const reading = takeFrames(await open(fence.id, { 'last-event-id': last ?? '' }));
    await api.db.metrics.recordEpoch(fence, epoch(251));
    await api.db.jobs.finish(fence, RESULT);
    seen.push(...eventsOf(await reading));

    const all: unknown[] = [];
    for (let after = ''; ; ) {
      const { body } = await api.member.get(`/v1/jobs/${fence.id}/events?limit=100${after}`).expect(200);
      all.push(...body.data);
      if (!body.has_more) break;
      after = `&after=${body.next_cursor}`;
    }
    expect(seen).toEqual(all);
    expect(all).toHaveLength(3 + 251 + 1);
  });

  it('204 once the job has ended and the client has every event', async () => {
    const fence = await heldJob(api.db, api.member.projectId);
    await api.db.jobs.finish(fence, RESULT);
    const events = await listed(fence.id);
    expect((await open(fence.id, { 'last-event-id': events.at(-1)?.id ?? '' })).status).toBe(204);
    const missed = await takeFrames(await open(fence.id, { 'last-event-id': events.at(-2)?.id ?? '' }));
    expect(eventsOf(missed)).toEqual(events.slice(-1));
  });

  it('tells of progress between the events, without ids', async () => {
    const fence = await heldJob(api.db, api.member.projectId);
    await api.db.metrics.recordSteps(fence, [], progressAt(1));
    const reading = takeFrames(await open(fence.id));
    await delay(900);
    await api.db.metrics.recordSteps(fence, [], progressAt(2));
    await delay(900);
    await api.db.jobs.finish(fence, RESULT);
    const frames = (await reading).filter(
      ({ event, data }) => event === 'progress' && Reflect.get(Object(data), 'status') === 'running',
    );
    expect(frames).toMatchObject([
      { data: { job_id: fence.id, progress: progressAt(1) } },
      { data: { job_id: fence.id, progress: progressAt(2) } },
    ]);
    expect(frames.every((frame) => frame.id === undefined)).toBe(true);
  });

  it('says that it is still there while nothing happens', async () => {
    const { id } = await queuedJob(api.db, api.member.projectId);
    for await (const { comment } of readFrames(await open(id))) if (comment !== undefined) return;
    throw new Error('the stream ended');
  });

  it('stops asking Postgres when the client has gone', async () => {
    const { id } = await queuedJob(api.db, api.member.projectId);
    const asked = vi.spyOn(api.db.jobs, 'get');
    await takeFrames(await open(id), 2);
    await expect.poll(() => asked.mock.calls.length).toBeGreaterThan(0);
    await delay(1_000);
    asked.mockClear();
    await delay(1_500);
    expect(asked).not.toHaveBeenCalled();
    asked.mockRestore();
  });

  it('does not keep the server from closing', async () => {
    const other = await createTestApi();
    const { id } = await queuedJob(other.db, other.member.projectId);
    const reading = takeFrames(await open(id, {}, other));
    await delay(300);
    const closed = other.app.close();
    expect(eventsOf(await reading)).toHaveLength(1);
    await closed;
  });
});
