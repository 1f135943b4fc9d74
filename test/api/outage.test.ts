// What the API does while a part of it is away.
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openDatabase } from '@trainyard/db';
import { openQueues } from '@trainyard/queue';
import { openObjectStore } from '@trainyard/storage';
import supertest from 'supertest';
import { describe, expect, it } from 'vitest';
import { readyDataset } from '../db/rows.js';
import { atEnd, createTestFolder } from '../setup/index.js';
import { createSmallDisk } from '../setup/small-disk.js';
import { SMALL_NET } from './networks.js';
import { expectPointers, expectProblem } from './problem.js';
import { createTestApi } from './setup.js';

const NOBODY = '127.0.0.1:1';

function queuesOfNobody() {
  const queues = openQueues(`redis://${NOBODY}`);
  atEnd(() => queues.close());
  return queues;
}

describe('without Redis', () => {
  it('takes jobs all the same, and queues them once Redis is there', async () => {
    const api = await createTestApi({ queues: queuesOfNobody() });
    const { id } = await readyDataset(api.db, api.member.projectId);
    const job = { dataset_id: id, model: SMALL_NET, training: { batch_size: 4 } };
    const { body } = await api.member.post('/v1/jobs', job).expect(202);
    const waiting = async () => (await api.db.outbox.pending()).map(({ subjectId }) => subjectId);
    expect(await waiting()).toContain(body.id);

    const healed = await createTestApi({ db: api.db });
    await expect.poll(waiting, { timeout: 10_000 }).toEqual([]);
    await healed.app.close();
  });

  it('503 from /readyz, which names it', async () => {
    const api = await createTestApi({ queues: queuesOfNobody() });
    const answer = await supertest(api.app.server).get('/readyz');
    expectPointers(answer, 'unavailable', ['/checks/redis']);
    await supertest(api.app.server).get('/healthz').expect(200);
  });
});

describe('without Postgres', () => {
  it('503 from /readyz, which names it, and from the rest, without its address', async () => {
    const db = openDatabase(`postgresql://user:hidden@${NOBODY}/none`);
    atEnd(() => db.close());
    const api = await createTestApi({ db });
    expectPointers(await supertest(api.app.server).get('/readyz'), 'unavailable', ['/checks/postgres']);
    const answer = await api.member.get('/v1/jobs');
    expectProblem(answer, 'unavailable');
    expect(answer.headers['retry-after']).toBeDefined();
    expect(answer.text).not.toMatch(/hidden|127\.0\.0\.1|prisma/i);
  });
});

describe('with a full storage', () => {
  it('507 to an upload, with the time to come back, and nothing is left of it', async (context) => {
    const root = join(createSmallDisk(context, 1024 * 1024), 'objects');
    const api = await createTestApi({ store: openObjectStore({ root }) });
    const upload = (bytes: number) => api.member.post('/v1/datasets').attach('file', Buffer.alloc(bytes, 1), 'x.zip');
    const answer = await upload(3 * 1024 * 1024);
    expectProblem(answer, 'storage_full');
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(1);
    const left = await readdir(root, { recursive: true, withFileTypes: true });
    expect(left.filter((entry) => entry.isFile())).toEqual([]);
    expect((await api.member.get('/v1/datasets').expect(200)).body.data).toEqual([]);
    await upload(100_000).expect(202);
  });
});

describe('without storage', () => {
  it('503 from /readyz, which names it', async () => {
    // A file where the folder should be: nothing can be written below it, not even by root.
    const file = join(createTestFolder(), 'objects');
    await writeFile(file, '');
    const api = await createTestApi({ store: openObjectStore({ root: file }) });
    expectPointers(await supertest(api.app.server).get('/readyz'), 'unavailable', ['/checks/storage']);
  });
});
