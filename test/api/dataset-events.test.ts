import type { DatasetProgress, Event } from '@trainyard/contracts';
import { beforeAll, describe, expect, it } from 'vitest';
import { INGESTED, readyDataset, uploadedDataset, WORKER } from '../db/rows.js';
import { type Frame, readFrames, takeFrames } from './event-stream.js';
import { expectPointers, expectProblem } from './problem.js';
import { createTestApi, type TestApi } from './setup.js';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});

function open(id: string, headers: Record<string, string> = {}): Promise<Response> {
  const { port } = new URL(api.app.listeningOrigin);
  return fetch(`http://127.0.0.1:${port}/v1/datasets/${id}/events`, {
    headers: { authorization: `Bearer ${api.member.secret}`, accept: 'text/event-stream', ...headers },
  });
}

async function listed(id: string): Promise<Event[]> {
  return (await api.member.get(`/v1/datasets/${id}/events?limit=100`).expect(200)).body.data;
}

async function claimed() {
  const { id } = await uploadedDataset(api.db, api.member.projectId);
  const claim = await api.db.datasets.claim(id, WORKER);
  if (claim === null) throw new Error('the data set could not be taken');
  return claim;
}

const progressAt = (images: number): DatasetProgress => ({
  stage: 'decoding',
  fraction: images / 100,
  images,
  images_total: 100,
});

const eventsOf = (frames: Frame[]) => frames.filter((frame) => frame.id !== undefined).map((frame) => frame.data);

describe('GET /v1/datasets/{id}/events', () => {
  it('200 as a list, oldest first, where `after` moves forward', async () => {
    const claim = await claimed();
    await api.db.datasets.setProgress(claim, progressAt(50));
    const events = await listed(claim.id);
    expect(events.map(({ type }) => type)).toEqual(['status', 'status', 'progress']);
    expect(events[2]).toMatchObject({
      object: 'event',
      subject_id: claim.id,
      data: { attempt: 1, ...progressAt(50) },
    });
    const { body } = await api.member.get(`/v1/datasets/${claim.id}/events?after=${events[0]!.id}`).expect(200);
    expect(body.data).toEqual(events.slice(1));
  });

  it('404 and 422 as problems, also where a stream was asked for', async () => {
    const { id } = await readyDataset(api.db, api.member.projectId);
    const foreign = await readyDataset(api.db, api.stranger.projectId);
    for (const unknown of ['nothing', foreign.id]) {
      expect((await open(unknown)).status).toBe(404);
      expectProblem(await api.member.get(`/v1/datasets/${unknown}/events`), 'not_found');
    }
    expect((await open(id, { 'last-event-id': `evt_${'0'.repeat(26)}` })).status).toBe(422);
    expectPointers(await api.member.get(`/v1/datasets/${id}/events?after=x`), 'invalid_request', ['/after']);
  });

  it('as a stream gives every event once, from Last-Event-ID on, and ends when the data set is ready', async () => {
    const claim = await claimed();
    const begun: Frame[] = [];
    for await (const frame of readFrames(await open(claim.id))) {
      if (frame.id !== undefined) begun.push(frame);
      if (begun.length === 2) break;
    }
    const following = takeFrames(await open(claim.id, { 'last-event-id': begun[1]!.id! }));
    for (let images = 1; images <= 100; images++) await api.db.datasets.setProgress(claim, progressAt(images));
    await api.db.datasets.markReady(claim, INGESTED);
    const events = await listed(claim.id);
    expect(eventsOf([...begun, ...(await following)])).toEqual(events);
    expect(events).toHaveLength(2 + 21 + 1);
    expect(events.at(-1)).toMatchObject({ type: 'status', data: { status: 'ready', digest: INGESTED.digest } });
    expect((await open(claim.id, { 'last-event-id': events.at(-1)!.id })).status).toBe(204);
  });

  it('as a stream ends when the data set is deleted', async () => {
    const claim = await claimed();
    const following = takeFrames(await open(claim.id));
    await api.member.delete(`/v1/datasets/${claim.id}`).expect(204);
    expect((await following).length).toBeGreaterThan(0);
  });
});
