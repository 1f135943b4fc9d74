/** Bodies that were sent compressed, as Triton's clients can. */
import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import { TrainyardError } from '@trainyard/contracts';
import { BODY_BYTES_MAX } from '../routes/body-limit.js';

const INFLATE = new Map([
  ['gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
]);

/** Throws `unsupported_media_type`, `payload_too_large`, and `bad_request` for what is not compressed as it says. */
export async function inflateBody(body: Buffer, encoding: string | undefined): Promise<Buffer> {
  if (encoding === undefined || encoding === 'identity') return body;
  const inflateIt = INFLATE.get(encoding.trim().toLowerCase());
  if (inflateIt === undefined) {
    const detail = `Expected Content-Encoding gzip, deflate or identity; received ${JSON.stringify(encoding)}.`;
    throw new TrainyardError('unsupported_media_type', detail);
  }
  try {
    return await inflateIt(body, { maxOutputLength: BODY_BYTES_MAX });
  } catch (cause) {
    if (cause instanceof RangeError) {
      throw new TrainyardError('payload_too_large', `Send at most ${BODY_BYTES_MAX} bytes, uncompressed.`, { cause });
    }
    throw new TrainyardError('bad_request', `The body cannot be read as ${encoding}. Send it again.`, { cause });
  }
}
