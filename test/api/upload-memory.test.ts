// An upload must not gather in the API's memory. It is read from Linux's own figures of the real process.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { beforeAll, expect, it } from 'vitest';
import { createTestEnvironment, type Program, startApi, TEST_KEY } from '../setup/index.js';
import { BYTES, idOf, TusClient } from './tus.js';

const MIB = 1024 ** 2;
const RISE_MAX_MIB = 100;
const BOUNDARY = 'upload-memory';
const HEAD = `--${BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="zeros.zip"\r\n\r\n`;
const TAIL = `\r\n--${BOUNDARY}--\r\n`;

async function residentMib({ process: { pid } }: Program): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}

function* zeros(mib: number): Iterable<Buffer> {
  const chunk = Buffer.alloc(MIB);
  for (let i = 0; i < mib; i++) yield chunk;
}

function* form(mib: number): Iterable<Buffer> {
  yield Buffer.from(HEAD);
  yield* zeros(mib);
  yield Buffer.from(TAIL);
}

/** Uploads so many MiB of zeros; answers the status and the body. */
async function upload(api: Program, mib: number): Promise<{ status: number | undefined; body: string }> {
  const sent = request({
    port: api.port,
    path: '/v1/datasets',
    method: 'POST',
    headers: {
      authorization: `Bearer ${TEST_KEY}`,
      'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
      'content-length': HEAD.length + TAIL.length + mib * MIB,
    },
  });
  const answered = new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    sent.on('error', reject).on('response', async (response) => {
      resolve({ status: response.statusCode, body: (await response.toArray()).join('') });
    });
  });
  await pipeline(Readable.from(form(mib)), sent);
  return answered;
}

/** Sends so many MiB of zeros to a resumable upload. */
async function uploadResumably(api: Program, mib: number): Promise<{ status: number | undefined; body: string }> {
  const tus = new TusClient(api.port ?? 0, TEST_KEY);
  const path = await tus.create(mib * MIB);
  const headers = { 'content-type': BYTES, 'upload-offset': 0, 'content-length': mib * MIB };
  const { sent, answer } = tus.open({ method: 'PATCH', path, headers });
  await pipeline(Readable.from(zeros(mib)), sent);
  const { status } = await answer;
  expect(status).toBe(204);
  const posted = await fetch(`http://127.0.0.1:${api.port}/v1/datasets`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TEST_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ upload_id: idOf(path) }),
  });
  return { status: posted.status, body: await posted.text() };
}

let api: Program;
beforeAll(async () => {
  api = await startApi(await createTestEnvironment());
});

const hasFigures = existsSync('/proc/self/status');

// The memory of a process is read from /proc, which Linux has.
it.runIf(hasFigures).each([
  ['a form', upload, 1024],
  ['a resumable upload', uploadResumably, 512],
] as const)(`%s of very many bytes raises the API's memory by less than ${RISE_MAX_MIB} MiB`, async (_, send, mib) => {
  await send(api, 1);
  const before = await residentMib(api);
  let highest = before;
  const watch = setInterval(async () => {
    highest = Math.max(highest, await residentMib(api));
  }, 20);
  const { status, body } = await send(api, mib);
  clearInterval(watch);
  expect(status).toBe(202);
  expect(JSON.parse(body).bytes).toBe(mib * MIB);
  expect(highest - before).toBeLessThan(RISE_MAX_MIB);
});
