// The API is killed while large uploads come in.
import { randomBytes } from 'node:crypto';
import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Dataset } from '@trainyard/contracts';
import pg from 'pg';
import { expect } from 'vitest';
import { buildZip, imageFolderContents } from '../../fixtures/index.js';
import { datasetThat } from '../../worker/trainyard.js';
import type { FaultContext, FaultResult, FaultScenario } from '../harness.js';
import { prepare } from './prepared.js';
import type { Stack } from './stack.js';
import { CHUNK_BYTES, type Upload, uploadUntilTold } from './upload-stream.js';

const UPLOADS = 3;
const PADDING_BYTES = 2 * 1024 * 1024;
const CHUNK_MS = 25;
const DAY_MS = 24 * 60 * 60 * 1000;
const SWEPT_MS = 20_000;

export const apiUploads: FaultScenario = {
  name: 'The API is killed while large uploads come in, which their clients repeat',
  rounds: { short: 1, full: 8 },
  limitSeconds: { short: 240, full: 400 },
  run,
};

async function run(context: FaultContext, rounds: number): Promise<FaultResult> {
  const { stack } = await prepare();
  const archive = await largeArchive();
  const uploads: Upload[] = [];
  for (let round = 1; round <= rounds; round++) uploads.push(...(await killDuring(context, stack, archive, round)));
  for (const { name, dataset } of uploads) await expectOnce(stack, name, dataset, archive);
  const swept = await expectSwept(stack);
  const cut = uploads.flatMap(({ answers }) => answers).filter(({ status }) => status === 'cut').length;
  expect(cut).toBeGreaterThan(0);
  return {
    checked: `${uploads.length} uploads, cut off ${cut} times: each a data set once, whole and readable; of the rest ${swept} rows and all files swept`,
  };
}

/** Small images, and enough beside them to take a while on the way. */
async function largeArchive(): Promise<Buffer> {
  const padding = { path: 'padding.bin', bytes: randomBytes(PADDING_BYTES), store: true };
  return buildZip([...imageFolderContents({ classes: 2, perClass: 12, size: 8 }), padding]);
}

async function killDuring(
  context: FaultContext,
  stack: Stack,
  archive: Buffer,
  round: number,
): Promise<readonly Upload[]> {
  const names = Array.from({ length: UPLOADS }, (_, index) => `upload-${round}-${index + 1}`);
  const uploading = Promise.all(
    names.map((name) => uploadUntilTold(stack.client, { name, archive, chunkMs: CHUNK_MS })),
  );
  // An upload takes at least as long as its pauses. The first kill comes before that, the others up to its answer.
  const shortest = (CHUNK_MS * PADDING_BYTES) / CHUNK_BYTES;
  await sleep(context.dice.between(20, Math.floor(shortest * (round === 1 ? 0.9 : 1.3))));
  stack.api.process.kill('SIGKILL');
  const killedAt = Date.now();
  await stack.restartApi();
  context.recovered(Date.now() - killedAt);
  return uploading;
}

/** Whatever was cut off before, the upload is one data set, and that is what was sent. */
async function expectOnce(stack: Stack, name: string, acknowledged: Dataset, archive: Buffer): Promise<void> {
  const { data } = await stack.client.read<{ data: Dataset[] }>('/v1/datasets?limit=100');
  const whole = data.filter((dataset) => dataset.name === name && dataset.status !== 'uploading');
  expect(
    whole.map(({ id }) => id),
    name,
  ).toEqual([acknowledged.id]);
  expect(Buffer.from(await stack.store.readBytes(`uploads/${acknowledged.id}/source`)).equals(archive)).toBe(true);
  const read = await datasetThat(stack, acknowledged.id, ({ status }) => status !== 'processing');
  expect(read).toMatchObject({ status: 'ready', error: null });
}

/**
 * As if their time had come: no data set stays `uploading`, and the object store holds the files of data sets that are
 * there, nothing beside. Answers how many data sets were forgotten.
 */
async function expectSwept({ client, environment, restartApi, api }: Stack): Promise<number> {
  const sql = new pg.Client({ connectionString: environment.DATABASE_URL });
  await sql.connect();
  const expire = "UPDATE datasets SET lease_expires_at = now() WHERE status = 'uploading'";
  const { rowCount } = await sql.query(expire).finally(() => sql.end());
  const objects = join(environment.TRAINYARD_DATA_DIR, 'objects');
  const old = new Date(Date.now() - DAY_MS - 1000);
  for (const name of await readdir(join(objects, '.incoming')))
    await utimes(join(objects, '.incoming', name), old, old);
  await api.stop();
  await restartApi();
  await client.read('/readyz');
  const known = async () => {
    const { data } = await client.read<{ data: Dataset[] }>('/v1/datasets?limit=100');
    return data.map(({ id, status }) => ({ id, status })).sort((a, b) => (a.id < b.id ? -1 : 1));
  };
  await expect
    .poll(known, { timeout: SWEPT_MS })
    .toEqual((await known()).filter(({ status }) => status !== 'uploading'));
  const stored = async () => (await readdir(join(objects, 'uploads'))).sort();
  expect(await stored()).toEqual((await known()).map(({ id }) => id));
  expect(await readdir(join(objects, '.incoming'))).toEqual([]);
  return rowCount ?? 0;
}
