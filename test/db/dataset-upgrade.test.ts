// A database of the version before data sets had digests, versions and parts.
import { readdir, readFile } from 'node:fs/promises';
import { openDatabase } from '@trainyard/db';
import pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { atEnd, createEmptyDatabase } from '../setup/index.js';
import { createJob, INGESTED, WORKER } from './rows.js';

const MIGRATIONS = new URL('../../prisma/migrations/', import.meta.url);
const FIRST_NEW = '20261123012500_dataset_versions';

const PROJECT = 'prj_1';
const JOB = 'job_1';
const [READY, DELETED] = ['ds_ready', 'ds_deleted'];

const url = await createEmptyDatabase();
const client = new pg.Client({ connectionString: url });
const db = openDatabase(url);

async function insertDataset(id: string, deletedAt: Date | null): Promise<void> {
  const { classes, image, counts, stats } = INGESTED;
  const values = [
    id,
    PROJECT,
    `uploads/${id}/source`,
    ...[classes, image, counts, stats].map((each) => JSON.stringify(each)),
  ];
  await client.query(
    `INSERT INTO datasets (id, project_id, status, format, options, source_key, bytes, task, classes, image, counts, stats,
       updated_at, deleted_at)
     VALUES ($1, $2, 'ready', 'image_folder', '{}', $3, 1, 'multiclass', $4, $5, $6, $7, now(), $8)`,
    [...values, deletedAt],
  );
}

beforeAll(async () => {
  await client.connect();
  atEnd(async () => {
    await client.end();
    await db.close();
  });
  const names = (await readdir(MIGRATIONS)).filter((name) => /^\d/.test(name)).sort();
  for (const name of names) {
    if (name === FIRST_NEW) {
      await client.query(`INSERT INTO projects (id, name) VALUES ('${PROJECT}', 'old')`);
      await insertDataset(READY, null);
      await insertDataset(DELETED, new Date());
      await client.query(
        `INSERT INTO jobs (id, project_id, status, dataset_id, spec, training, device_requested)
         VALUES ($1, $2, 'queued', $3, '{"layers":[]}', '{"epochs":1,"batch_size":4,"checkpoints":{"keep":1}}', 'auto')`,
        [JOB, PROJECT, READY],
      );
    }
    await client.query(await readFile(new URL(`${name}/migration.sql`, MIGRATIONS), 'utf8'));
  }
});

describe('a data set of an older version', () => {
  it('is shown as the first of its kind, and takes neither jobs nor images', async () => {
    expect(await db.datasets.get(PROJECT, READY)).toMatchObject({
      ...{ status: 'ready', version: 1, parent_id: null, digest: null, targets: null },
      classes: INGESTED.classes,
    });
    const refusal = { code: 'dataset_not_ready', detail: expect.stringContaining('Upload it again') };
    await expect(createJob(db, PROJECT, READY)).rejects.toMatchObject(refusal);
    await expect(db.datasets.create({ projectId: PROJECT, parentId: READY, sourceKey: 'x' })).rejects.toMatchObject(
      refusal,
    );
    expect((await db.datasetEvents.list(PROJECT, READY)).data).toEqual([]);
  });

  it('has jobs that note no digest', async () => {
    expect(await db.jobs.get(PROJECT, JOB)).toMatchObject({ dataset_id: READY, dataset_digest: null });
    expect(await db.jobs.claim(JOB, WORKER)).toMatchObject({ datasetDigest: null });
  });

  it('is deleted with its files, and those of one that was deleted before are known to be gone', async () => {
    await db.jobs.markCancelled({ id: JOB, attempt: 1 });
    expect(await db.datasets.unneededFiles()).toEqual([]);
    const touched = await db.datasets.remove(PROJECT, READY);
    const unneeded = { id: READY, sourceKey: `uploads/${READY}/source` };
    expect(await db.datasets.unneededFiles(touched)).toEqual([unneeded]);
    expect(await db.datasets.forgetDeleted()).toBe(1);
  });
});
