// A worker whose connections to PostgreSQL break again and again, each in the middle of a COMMIT.
import pg from 'pg';
import { expect, it } from 'vitest';
import { startCuttingProxy } from '../db/cutting-proxy.js';
import { expectOneStory, outcomeOf } from '../faults/servers/outcome.js';
import { jobThat, readyDataset, startTrainyard, submit, type Trainyard } from './trainyard.js';

const EPOCHS = 20;
const CUT_MS = 100;
const CUTS_MIN = 5;

async function toldEpochs({ databaseUrl }: Trainyard, id: string): Promise<number[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const text = `SELECT data->'epoch' AS epoch FROM job_events WHERE job_id = $1 AND type = 'epoch' ORDER BY seq`;
    return (await client.query<{ epoch: number }>(text, [id])).rows.map(({ epoch }) => epoch);
  } finally {
    await client.end();
  }
}

it('writes all of a job, and nothing of it twice', async () => {
  const trainyard = await startTrainyard();
  const proxy = await startCuttingProxy(trainyard.databaseUrl);
  await trainyard.startWorker({ DATABASE_URL: proxy.url });
  const dataset = await readyDataset(trainyard);
  const training = { epochs: EPOCHS, batch_size: 16, checkpoints: { keep: 3 } };
  const leftAlone = await submit(trainyard, dataset.id, training, 'cpu');
  const expected = await outcomeOf(trainyard, leftAlone.id, 120_000);

  const { id } = await submit(trainyard, dataset.id, training, 'cpu');
  await jobThat(trainyard, id, ({ status }) => status !== 'queued');
  let cuts = 0;
  const cutting = setInterval(() => {
    if (proxy.hasCut()) proxy.cutNextCommit(cuts++ % 2 === 0 ? 'after' : 'before');
  }, CUT_MS);
  try {
    expect(await outcomeOf(trainyard, id, 120_000)).toEqual(expected);
  } finally {
    clearInterval(cutting);
  }
  expect(cuts).toBeGreaterThan(CUTS_MIN);
  expect((await trainyard.db.jobs.get(trainyard.projectId, id)).attempt).toBe(1);
  expect(await toldEpochs(trainyard, id)).toEqual(Array.from({ length: EPOCHS }, (_, index) => index + 1));
  await expectOneStory(trainyard.databaseUrl, id);
  const stored: string[] = [];
  for await (const key of trainyard.store.list(`checkpoints/${id}`)) stored.push(key);
  expect(stored).toHaveLength((await trainyard.db.checkpoints.list(trainyard.projectId, id)).data.length);
}, 300_000);
