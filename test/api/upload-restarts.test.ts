// A resumable upload while its API is killed and stopped, and while its disk is full.
import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import type { ClientRequest } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openObjectStore } from '@trainyard/storage';
import { expect, it } from 'vitest';
import { createTestEnvironment, type Program, startApi, TEST_KEY, type TestEnvironment } from '../setup/index.js';
import { createSmallDisk } from '../setup/small-disk.js';
import { BYTES, idOf, type TusAnswer, TusClient } from './tus.js';

const MIB = 1024 ** 2;

const clientOf = ({ port = 0 }: Program) => new TusClient(port, TEST_KEY);

interface BegunPatch {
  sent: ClientRequest;
  answer: Promise<TusAnswer>;
  /** How many bytes of the upload count. */
  offset: number;
  /** The first byte that was not sent. */
  next: number;
}

/** Sends a third of what is missing and no more, and answers once it counts. */
async function beginPatch(tus: TusClient, path: string, bytes: Buffer): Promise<BegunPatch> {
  for (;;) {
    const from = await tus.offset(path);
    const headers = { 'content-type': BYTES, 'upload-offset': from, 'content-length': bytes.length - from };
    const { sent, answer } = tus.open({ method: 'PATCH', path, headers });
    const status = answer.then((answered) => answered.status).catch(() => 0);
    const next = from + Math.floor((bytes.length - from) / 3);
    sent.write(bytes.subarray(from, next));
    // Who held it before may do so for some seconds more.
    for (let offset = from; (await Promise.race([status, sleep(100)])) === undefined; ) {
      offset = await tus.offset(path);
      if (offset > from) return { sent, answer, offset, next };
    }
    sent.destroy();
    await sleep(500);
  }
}

/** Sends the rest, once nobody else does. */
async function sendRest(tus: TusClient, path: string, bytes: Buffer): Promise<void> {
  const goOn = async () => {
    const offset = await tus.offset(path);
    return (await tus.patch(path, offset, bytes.subarray(offset))).status;
  };
  await expect.poll(goOn, { timeout: 30_000, interval: 500 }).toBe(204);
}

/** Makes a data set of it, and compares its source with what was sent. */
async function expectWhole(api: Program, environment: TestEnvironment, path: string, bytes: Buffer): Promise<void> {
  const posted = await fetch(`http://127.0.0.1:${api.port}/v1/datasets`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TEST_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ upload_id: idOf(path) }),
  });
  expect(posted.status).toBe(202);
  const { id } = (await posted.json()) as { id: string };
  const store = openObjectStore({ root: join(environment.TRAINYARD_DATA_DIR, 'objects') });
  expect(Buffer.from(await store.readBytes(`uploads/${id}/source`)).equals(bytes)).toBe(true);
}

it('keeps what counted while its API is killed, and then stopped, in the middle of a PATCH', async () => {
  const environment = await createTestEnvironment();
  const bytes = randomBytes(6 * MIB);
  const killed = await startApi(environment);
  const path = await clientOf(killed).create(bytes.length);
  const first = await beginPatch(clientOf(killed), path, bytes);
  killed.process.kill('SIGKILL');

  const stopped = await startApi(environment);
  expect(await clientOf(stopped).offset(path)).toBeGreaterThanOrEqual(first.offset);
  const second = await beginPatch(clientOf(stopped), path, bytes);
  // It reads on while it stops: bytes that come now are answered, and what came before counts.
  const feed = setInterval(() => second.sent.write(bytes.subarray(second.next, ++second.next)), 50);
  const [{ status }, code] = await Promise.all([second.answer, stopped.stop()]);
  clearInterval(feed);
  expect({ status, code }).toEqual({ status: 503, code: 0 });

  const last = await startApi(environment);
  expect(await clientOf(last).offset(path)).toBeGreaterThanOrEqual(second.offset);
  await sendRest(clientOf(last), path, bytes);
  await expectWhole(last, environment, path, bytes);
});

it('answers 507 where the disk is full, keeps what fitted, and goes on once there is room', async (context) => {
  const disk = createSmallDisk(context, 8 * MIB);
  const environment = { ...(await createTestEnvironment()), TRAINYARD_DATA_DIR: disk };
  const bytes = randomBytes(4 * MIB);
  const api = await startApi(environment);
  const tus = clientOf(api);
  const path = await tus.create(bytes.length);
  const ballast = join(disk, 'ballast');
  await writeFile(ballast, Buffer.alloc(6 * MIB));
  const { status } = await tus.patch(path, 0, bytes);
  expect(status).toBe(507);
  const offset = await tus.offset(path);
  expect(offset).toBeGreaterThan(0);
  expect(offset).toBeLessThan(bytes.length);
  await rm(ballast);
  await sendRest(tus, path, bytes);
  await expectWhole(api, environment, path, bytes);
});
