// Uploads that take a while, so that they can be cut off anywhere: the same form is sent again until it is acknowledged.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Dataset } from '@trainyard/contracts';
import type { Answer, Client } from './client.js';

const BOUNDARY = 'trainyard-fault-suite';
export const CHUNK_BYTES = 64 * 1024;
const REPEAT_MS = 300;
const ACKNOWLEDGED_MS = 60_000;

export interface Upload {
  name: string;
  /** What the service answered in the end. */
  dataset: Dataset;
  answers: Answer[];
}

/** `chunkMs` is the pause between two pieces of 64 KiB. */
export async function uploadUntilTold(
  client: Client,
  { name, archive, chunkMs }: { name: string; archive: Uint8Array; chunkMs: number },
): Promise<Upload> {
  const answers: Answer[] = [];
  const headers = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}`, 'idempotency-key': name };
  for (const deadline = Date.now() + ACKNOWLEDGED_MS; Date.now() < deadline; ) {
    const body = ReadableStream.from(piecesOf(formOf(name, archive), chunkMs));
    const answer = await client.send('/v1/datasets', { method: 'POST', headers, body, duplex: 'half' });
    answers.push(answer);
    if (answer.status === 202) return { name, dataset: JSON.parse(answer.text) as Dataset, answers };
    await sleep(REPEAT_MS);
  }
  throw new Error(`The upload ${name} was not acknowledged. The last answer: ${JSON.stringify(answers.at(-1))}`);
}

function formOf(name: string, archive: Uint8Array): Buffer {
  const part = (disposition: string) => `--${BOUNDARY}\r\ncontent-disposition: form-data; ${disposition}\r\n\r\n`;
  return Buffer.concat([
    Buffer.from(`${part('name="name"')}${name}\r\n${part('name="file"; filename="images.zip"')}`),
    archive,
    Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
  ]);
}

async function* piecesOf(form: Buffer, chunkMs: number): AsyncIterable<Uint8Array> {
  for (let start = 0; start < form.length; start += CHUNK_BYTES) {
    yield form.subarray(start, start + CHUNK_BYTES);
    await sleep(chunkMs);
  }
}
