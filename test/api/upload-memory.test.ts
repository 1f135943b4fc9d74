// An upload must not gather in the API's memory. It is read from Linux's own figures of the real process.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { expect, it } from 'vitest';
import { createTestEnvironment, type Program, startApi, TEST_KEY } from '../setup/index.js';

const MIB = 1024 ** 2;
const UPLOAD_MIB = 1024;
const RISE_MAX_MIB = 100;
const BOUNDARY = 'upload-memory';
const HEAD = `--${BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="zeros.zip"\r\n\r\n`;
const TAIL = `\r\n--${BOUNDARY}--\r\n`;

async function residentMib({ process: { pid } }: Program): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}

function* form(mib: number): Iterable<Buffer> {
  const chunk = Buffer.alloc(MIB);
  yield Buffer.from(HEAD);
  for (let i = 0; i < mib; i++) yield chunk;
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

it(`an upload of ${UPLOAD_MIB} MiB raises the API's memory by less than ${RISE_MAX_MIB} MiB`, async (context) => {
  if (!existsSync('/proc/self/status')) context.skip('the memory of a process is read from /proc, which Linux has');
  const api = await startApi(await createTestEnvironment());
  await upload(api, 1);
  const before = await residentMib(api);
  let highest = before;
  const watch = setInterval(async () => {
    highest = Math.max(highest, await residentMib(api));
  }, 20);
  const { status, body } = await upload(api, UPLOAD_MIB);
  clearInterval(watch);
  expect(status).toBe(202);
  expect(JSON.parse(body).bytes).toBe(UPLOAD_MIB * MIB);
  expect(highest - before).toBeLessThan(RISE_MAX_MIB);
});
