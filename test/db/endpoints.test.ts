// What a user changes of an endpoint and what servers write of it, each in its own time.
import { beforeAll, describe, expect, it } from 'vitest';
import { checkpointAt, heldJob, openTestDatabase } from './rows.js';

const { db, projectId } = await openTestDatabase();
let checkpoints: string[];
let jobId: string;

beforeAll(async () => {
  const fence = await heldJob(db, projectId);
  jobId = fence.id;
  const stored = [];
  for (const epoch of [1, 2, 3, 4]) stored.push(await db.checkpoints.record(fence, checkpointAt(epoch, epoch === 1)));
  checkpoints = stored.map(({ checkpoint }) => checkpoint.id);
});

const get = (name: string) => db.endpoints.get(projectId, name);

async function readyEndpoint(name: string): Promise<string> {
  const { id } = await db.endpoints.create({ projectId, name, checkpointId: checkpoints[0] });
  await db.endpoints.setReady(id, checkpoints[0], true);
  return id;
}

describe('an endpoint', () => {
  it('serves its checkpoint until the move is complete, which one of several servers completes', async () => {
    const id = await readyEndpoint('moving');
    const moved = await db.endpoints.update(projectId, 'moving', { checkpointId: checkpoints[1] });
    expect(moved).toMatchObject({ checkpoint_id: checkpoints[0], moving_to: { checkpoint_id: checkpoints[1] } });
    expect((await db.endpoints.pending()).map(({ endpoint }) => endpoint.id)).toContain(id);
    expect(await db.endpoints.completeMove(id, checkpoints[2], true)).toBe(false);
    const both = [
      db.endpoints.completeMove(id, checkpoints[1], false),
      db.endpoints.completeMove(id, checkpoints[1], false),
    ];
    expect((await Promise.all(both)).sort()).toEqual([false, true]);
    expect(await get('moving')).toMatchObject({
      checkpoint_id: checkpoints[1],
      moving_to: null,
      batch_exact: false,
      last_move: { checkpoint_id: checkpoints[1], role: 'move', error: null },
    });
  });

  it('goes on without a checkpoint that could not be loaded, and is not moved by what was replaced', async () => {
    const id = await readyEndpoint('failing');
    await db.endpoints.update(projectId, 'failing', { checkpointId: checkpoints[1] });
    const error = { code: 'checkpoint_corrupt' as const, message: 'It does not match its digest.' };
    await db.endpoints.update(projectId, 'failing', { checkpointId: checkpoints[2] });
    const late = { endpointId: id, role: 'move' as const, checkpointId: checkpoints[1] };
    expect(await db.endpoints.useFailed(late, error)).toBe(false);
    expect(await db.endpoints.useFailed({ ...late, checkpointId: checkpoints[2] }, error)).toBe(true);
    expect(await get('failing')).toMatchObject({
      checkpoint_id: checkpoints[0],
      moving_to: null,
      last_move: { checkpoint_id: checkpoints[2], error },
    });
    await db.endpoints.update(projectId, 'failing', { checkpointId: checkpoints[1] });
    const back = await db.endpoints.update(projectId, 'failing', { checkpointId: checkpoints[0] });
    expect(back.moving_to).toBeNull();
  });

  it('that failed starts with the checkpoint that it is given', async () => {
    const { id } = await db.endpoints.create({ projectId, name: 'broken', checkpointId: checkpoints[0] });
    await db.endpoints.setFailed(id, checkpoints[0], { code: 'out_of_memory', message: 'Too large.' });
    const again = await db.endpoints.update(projectId, 'broken', { checkpointId: checkpoints[1] });
    expect(again).toMatchObject({ status: 'starting', checkpoint_id: checkpoints[1], error: null, moving_to: null });
    const split = { traffic: { checkpointId: checkpoints[2], share: 0.1 } };
    await expect(db.endpoints.update(projectId, 'broken', split)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('keeps its settings but for those that are named, and ends a split with a move', async () => {
    const id = await readyEndpoint('split');
    await db.endpoints.update(projectId, 'split', { settings: { top_k: 3, labels: { cat: 'Katze' } } });
    const change = {
      name: 'halves',
      settings: { top_k: null },
      traffic: { checkpointId: checkpoints[1], share: 0.25 },
    };
    expect(await db.endpoints.update(projectId, 'split', change)).toMatchObject({
      name: 'halves',
      top_k: null,
      labels: { cat: 'Katze' },
      traffic: [
        { checkpoint_id: checkpoints[0], weight: 0.75, status: 'ready' },
        { checkpoint_id: checkpoints[1], weight: 0.25, status: 'loading' },
      ],
    });
    await db.endpoints.useReady({ endpointId: id, role: 'traffic', checkpointId: checkpoints[1] });
    const weighted = await db.endpoints.update(projectId, 'halves', {
      traffic: { checkpointId: checkpoints[1], share: 0.5 },
    });
    expect(weighted.traffic?.map(({ status }) => status)).toEqual(['ready', 'ready']);
    await db.endpoints.update(projectId, 'halves', { checkpointId: checkpoints[1] });
    const again = { traffic: { checkpointId: checkpoints[2], share: 0.1 } };
    await expect(db.endpoints.update(projectId, 'halves', again)).rejects.toMatchObject({ code: 'conflict' });
    await db.endpoints.completeMove(id, checkpoints[1], true);
    expect(await get('halves')).toMatchObject({ checkpoint_id: checkpoints[1], traffic: null });
    const late = db.endpoints.update(projectId, 'halves', { ...again, servedId: checkpoints[0] });
    await expect(late).rejects.toMatchObject({ code: 'conflict' });
    await expect(db.endpoints.update(projectId, 'halves', { name: 'moving' })).rejects.toMatchObject({
      code: 'name_taken',
    });
  });

  it('keeps the checkpoint of its shadow from being pruned', async () => {
    await readyEndpoint('shadowed');
    await db.endpoints.update(projectId, 'shadowed', { shadow: { checkpointId: checkpoints[2], share: 1 } });
    const removed = await db.checkpoints.prune({ id: jobId, attempt: 1 }, 1);
    expect(removed.map(({ id }) => id)).not.toContain(checkpoints[2]);
    expect((await db.checkpoints.list(projectId, jobId)).data.map(({ id }) => id)).toContain(checkpoints[2]);
  });
});

describe('the state of all endpoints', () => {
  it('is another after each change, and the same after statistics', async () => {
    const seen: string[] = [];
    const look = async () => seen.push((await db.endpoints.state()).fingerprint);
    await look();
    const id = await readyEndpoint('watched');
    await look();
    await db.endpoints.update(projectId, 'watched', {});
    await look();
    expect(new Set(seen).size).toBe(3);
    const asked = { endpointId: id, checkpointId: checkpoints[0] };
    await db.endpoints.addStatistics({
      counts: [{ ...asked, kind: 'requests', count: 2 }],
      latencies: [],
      agreements: [],
    });
    await db.endpoints.reportLoaded('here:2', []);
    await look();
    expect(seen[3]).toBe(seen[2]);
    await db.endpoints.remove(projectId, 'watched');
    await look();
    expect(seen[4]).not.toBe(seen[3]);
  });
});

describe('an endpoint that is read while it moves', () => {
  it('is never shown without the move and with the checkpoint of before', async () => {
    const id = await readyEndpoint('halfway');
    for (let turn = 0; turn < 80; turn++) {
      const target = checkpoints[turn % 2 === 0 ? 1 : 0];
      await db.endpoints.update(projectId, id, { checkpointId: target });
      const reads = Array.from({ length: 6 }, () => get('halfway'));
      const done = db.endpoints.completeMove(id, target, true);
      for (const { moving_to, checkpoint_id } of await Promise.all(reads)) {
        if (moving_to === null) expect(checkpoint_id).toBe(target);
      }
      await done;
    }
  });
});

describe('the figures of an endpoint', () => {
  it('add up over servers, keep the larger of two differences, and forget endpoints that are gone', async () => {
    const id = await readyEndpoint('counted');
    await db.endpoints.update(projectId, 'counted', { shadow: { checkpointId: checkpoints[2], share: 0.5 } });
    const asked = { endpointId: id, checkpointId: checkpoints[0] };
    const agreement = { ...asked, shadowId: checkpoints[2], requests: 1, images: 4, values: 8, differenceSum: 0.5 };
    const increments = (differenceMax: number) => ({
      counts: [
        { ...asked, kind: 'requests', count: 2 },
        { ...asked, kind: 'images', count: 5 },
        { ...asked, kind: 'error:invalid_image', count: 1 },
        { ...asked, endpointId: 'ep_gone', kind: 'requests', count: 9 },
      ],
      latencies: [{ endpointId: id, minute: new Date(), bucket: 40, count: 2 }],
      agreements: [{ ...agreement, agreed: 3, differenceMax, dropped: 1, failed: 0 }],
    });
    await Promise.all([0.25, 0.75, 0.5].map((largest) => db.endpoints.addStatistics(increments(largest))));
    const { counts, latency, shadow } = await get('counted');
    expect(counts).toEqual({
      requests: 6,
      images: 15,
      errors: { invalid_image: 3 },
      by_checkpoint: { [checkpoints[0]]: 6 },
    });
    expect(latency).toMatchObject({ requests: 6, p50_ms: 1.6, p99_ms: 1.6 });
    expect(shadow?.agreement).toMatchObject({
      requests: 3,
      images: 12,
      agreed: 9,
      differenceSum: 1.5,
      differenceMax: 0.75,
      dropped: 3,
    });
  });
});
