import { createHash } from 'node:crypto';
import { resolveTraining } from '@trainyard/contracts';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { checkpointAt, heldJob, INGESTED, openTestDatabase, queuedJob, readyDataset, WORKER } from './rows.js';

const { db, url, projectId } = await openTestDatabase();

async function query(sql: string, values: unknown[] = []) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql, values)).rows;
  } finally {
    await client.end();
  }
}

describe('another project', () => {
  it('sees nothing of what a project has: every read and write answers not_found', async () => {
    const other = (await db.projects.create({ name: 'other' })).id;
    const dataset = await readyDataset(db, projectId);
    const model = await db.models.create({ projectId, name: 'net', spec: { layers: [] }, summary: null });
    const fence = await heldJob(db, projectId);
    const { checkpoint } = await db.checkpoints.record(fence, checkpointAt(1, true));
    const endpoint = await db.endpoints.create({ projectId, name: 'isolated', jobId: fence.id });
    const [key] = (await db.keys.list(projectId)).data;
    const [spec, training] = [{ layers: [] }, resolveTraining()];

    const reaching: Record<string, () => Promise<unknown>> = {
      dataset: () => db.datasets.get(other, dataset.id),
      'content of a data set': () => db.datasets.content(other, dataset.id),
      'removal of a data set': () => db.datasets.remove(other, dataset.id),
      model: () => db.models.get(other, model.id),
      'removal of a model': () => db.models.remove(other, model.id),
      job: () => db.jobs.get(other, fence.id),
      'cancelling a job': () => db.jobs.cancel(other, fence.id),
      'a job on its data': () => db.jobs.create({ projectId: other, datasetId: dataset.id, spec, training }),
      metrics: () => db.metrics.list(other, fence.id, { resolution: 'step' }),
      events: () => db.events.list(other, fence.id),
      checkpoints: () => db.checkpoints.list(other, fence.id),
      checkpoint: () => db.checkpoints.get(other, checkpoint.id),
      download: () => db.checkpoints.trainedModel(other, checkpoint.id),
      endpoint: () => db.endpoints.get(other, endpoint.id),
      'endpoint by name': () => db.endpoints.get(other, 'isolated'),
      'serving an endpoint': () => db.endpoints.served(other, 'isolated'),
      'removal of an endpoint': () => db.endpoints.remove(other, endpoint.id),
      'an endpoint on its checkpoint': () =>
        db.endpoints.create({ projectId: other, name: 'theirs', checkpointId: checkpoint.id }),
      'an endpoint on its job': () => db.endpoints.create({ projectId: other, name: 'theirs', jobId: fence.id }),
      'revoking a key': () => db.keys.revoke(other, key?.id ?? ''),
    };
    for (const [name, reach] of Object.entries(reaching)) {
      await expect(reach(), name).rejects.toMatchObject({ code: 'not_found' });
    }
    for (const list of [db.datasets, db.models, db.jobs, db.endpoints])
      expect((await list.list(other)).data).toEqual([]);
    expect((await db.keys.list(other)).data).toEqual([]);
    expect(await db.jobs.get(projectId, fence.id)).toMatchObject({ status: 'running' });
  });

  it('may use the same endpoint name', async () => {
    const theirs = (await db.projects.create({ name: 'same names' })).id;
    for (const project of [projectId, theirs]) {
      const fence = await heldJob(db, project);
      await db.checkpoints.record(fence, checkpointAt(1, true));
      expect(await db.endpoints.create({ projectId: project, name: 'shared', jobId: fence.id })).toMatchObject({
        name: 'shared',
      });
    }
  });

  it('needs a name of its own', async () => {
    await expect(db.projects.create({ name: 'default' })).rejects.toMatchObject({ code: 'name_taken' });
  });
});

describe('lists', () => {
  it('are newest first, in pages that neither skip nor repeat', async () => {
    const paged = (await db.projects.create({ name: 'paged' })).id;
    const made: string[] = [];
    for (let i = 0; i < 5; i++) {
      made.push((await db.models.create({ projectId: paged, name: `m${i}`, spec: {}, summary: null })).id);
    }
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await db.models.list(paged, { limit: 2, ...(after ? { after } : {}) });
      seen.push(...page.data.map((model) => model.id));
      expect(page.has_more).toBe(page.next_cursor !== null);
      after = page.next_cursor ?? undefined;
    } while (after);
    expect(seen).toEqual(made.toReversed());
  });

  it('of jobs can be narrowed to a status and a tag', async () => {
    const project = (await db.projects.create({ name: 'tagged' })).id;
    const red = await queuedJob(db, project, { tags: ['red', 'big'] });
    const blue = await queuedJob(db, project, { tags: ['blue'] });
    await db.jobs.cancel(project, blue.id);
    const ids = async (filter: Parameters<typeof db.jobs.list>[1]) =>
      (await db.jobs.list(project, filter)).data.map((job) => job.id);
    expect(await ids({ tag: 'red' })).toEqual([red.id]);
    expect(await ids({ status: 'cancelled' })).toEqual([blue.id]);
    expect(await ids({ status: 'queued', tag: 'blue' })).toEqual([]);
    expect(await ids({})).toEqual([blue.id, red.id]);
  });
});

describe('keys', () => {
  it('open their project until they are revoked, and only their hash is stored', async () => {
    const created = await db.keys.create({ projectId, name: 'mine', role: 'member' });
    expect(created.secret).toMatch(/^ty_[\w-]{43}$/);
    expect(await db.keys.authenticate(created.secret)).toEqual({ keyId: created.id, projectId, role: 'member' });
    const [row] = await query('SELECT * FROM api_keys WHERE id = $1', [created.id]);
    expect(row.secret_hash).toBe(createHash('sha256').update(created.secret).digest('hex'));
    expect(JSON.stringify(row)).not.toContain(created.secret);

    const revoked = await db.keys.revoke(projectId, created.id);
    expect(revoked.revoked_at).not.toBeNull();
    expect(await db.keys.authenticate(created.secret)).toBeNull();
    expect(await db.keys.authenticate('ty_unknown')).toBeNull();
    expect((await db.keys.revoke(projectId, created.id)).revoked_at).toBe(revoked.revoked_at);
  });

  it('note their use once a minute at most', async () => {
    const { id, secret } = await db.keys.create({ projectId, name: 'used', role: 'member' });
    const used = async () => (await query('SELECT last_used_at FROM api_keys WHERE id = $1', [id]))[0].last_used_at;
    await db.keys.authenticate(secret);
    const first = await used();
    expect(first).toBeInstanceOf(Date);
    await db.keys.authenticate(secret);
    expect(await used()).toEqual(first);
    await query("UPDATE api_keys SET last_used_at = last_used_at - interval '61 s' WHERE id = $1", [id]);
    await db.keys.authenticate(secret);
    expect((await used()).getTime()).toBeGreaterThanOrEqual(first.getTime());
  });

  it('are not made for a project that is not there', async () => {
    const lost = db.keys.create({ projectId: 'prj_none', name: 'x', role: 'member' });
    await expect(lost).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('the bootstrap key', () => {
  it('is made once by three processes that start together, and its secret is answered once', async () => {
    const fresh = await openTestDatabase();
    expect(await fresh.db.projects.ensureBootstrap()).toMatchObject({ secret: null });
    const [first] = (await fresh.db.keys.list(null)).data;
    await fresh.db.keys.revoke(null, first?.id ?? '');
    const made = await Promise.all([1, 2, 3].map(() => fresh.db.projects.ensureBootstrap()));
    const secrets = made.map((one) => one.secret).filter((secret) => secret !== null);
    expect(secrets).toHaveLength(1);
    expect(await fresh.db.keys.authenticate(secrets[0] ?? '')).toMatchObject({ role: 'operator' });
  });

  it('is the given one, where one is given, and stays revoked once it was', async () => {
    const secret = 'ty_given_bootstrap_key_0123456789';
    for (let start = 0; start < 2; start++) {
      expect(await db.projects.ensureBootstrap({ secret })).toEqual({ projectId, secret: null });
    }
    const identity = await db.keys.authenticate(secret);
    expect(identity).toMatchObject({ projectId, role: 'operator' });
    await db.keys.revoke(null, identity?.keyId ?? '');
    await db.projects.ensureBootstrap({ secret });
    expect(await db.keys.authenticate(secret)).toBeNull();
  });
});

describe('a data set', () => {
  it('goes from uploading over processing to ready, with a size beyond 32 bits', async () => {
    const made = await db.datasets.create({ projectId, name: 'pets', sourceKey: 'uploads/y/source' });
    expect(made).toMatchObject({ object: 'dataset', status: 'uploading', format: null, bytes: 0, warnings: [] });
    expect(await db.datasets.claim(made.id, WORKER)).toBeNull();
    const bytes = 6_000_000_000;
    const processing = await db.datasets.uploaded(made.id, { bytes, options: { image: { fit: 'contain' } } });
    expect(processing).toMatchObject({ status: 'processing', bytes, name: 'pets' });
    const claim = await db.datasets.claim(made.id, WORKER);
    expect(claim).toMatchObject({
      attempt: 1,
      projectId,
      bytes,
      format: 'auto',
      options: { image: { fit: 'contain' } },
    });
    await db.datasets.setProgress(claim!, { fraction: 0.5, images: 1, images_total: 2 });
    await db.datasets.markReady(claim!, INGESTED);
    const { parts: _, ...shown } = INGESTED;
    expect(await db.datasets.get(projectId, made.id)).toMatchObject({ status: 'ready', parent_id: null, ...shown });
    expect(await db.datasets.content(projectId, made.id)).toMatchObject({ fit: 'contain', classes: ['cat', 'dog'] });
    await expect(db.datasets.markFailed(claim!, { code: 'internal', message: 'late' })).rejects.toMatchObject({
      code: 'stale_attempt',
    });
  });

  it('leaves nothing of an upload that did not get through', async () => {
    const { id } = await db.datasets.create({ projectId, sourceKey: 'uploads/z/source' });
    await db.datasets.discard(id);
    await expect(db.datasets.get(projectId, id)).rejects.toMatchObject({ code: 'not_found' });
    await expect(db.datasets.uploaded(id, { bytes: 1 })).rejects.toMatchObject({ code: 'not_found' });
    expect((await db.outbox.pending(1000)).filter((entry) => entry.subjectId === id)).toEqual([]);
  });

  it('cannot be deleted while a job uses it; afterwards its jobs and endpoints go on without it', async () => {
    const fence = await heldJob(db, projectId);
    const { dataset_id: id } = await db.jobs.get(projectId, fence.id);
    await db.checkpoints.record(fence, checkpointAt(1, true));
    await db.endpoints.create({ projectId, name: 'survivor', jobId: fence.id });
    await expect(db.datasets.remove(projectId, id)).rejects.toMatchObject({ code: 'conflict' });
    await db.jobs.markCancelled(fence);
    await db.datasets.remove(projectId, id);
    await expect(db.datasets.get(projectId, id)).rejects.toMatchObject({ code: 'not_found' });
    await expect(db.datasets.remove(projectId, id)).rejects.toMatchObject({ code: 'not_found' });
    expect((await db.datasets.list(projectId, { limit: 100 })).data.map((dataset) => dataset.id)).not.toContain(id);
    expect((await db.endpoints.served(projectId, 'survivor')).model.dataset.classes).toEqual(['cat', 'dog']);
  });
});
