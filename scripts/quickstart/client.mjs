// The few requests that the quick start makes, over plain HTTP as any program would.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../stack/problem.mjs';

const POLL_MS = 300;
const BOUNDARY = 'trainyard-quick-start-7d1c0a5e';

/** @typedef {{ url: string, key: string, signal: AbortSignal, pollMs?: number }} ClientOptions `pollMs`: between two looks at a status */

/** @param {ClientOptions} options */
export function createClient({ url, key, signal, pollMs = POLL_MS }) {
  const headers = { authorization: `Bearer ${key}` };

  /**
   * @param {string} method
   * @param {string} path
   * @param {{ body?: string | Uint8Array, type?: string }} [content]
   * @returns {Promise<unknown>}
   */
  const send = async (method, path, { body, type } = {}) => {
    const all = type === undefined ? headers : { ...headers, 'content-type': type };
    const response = await fetch(`${url}${path}`, { method, body, signal, headers: all });
    return answer(`${method} ${path}`, response.status, await response.text());
  };

  return {
    /** @param {string} path @param {object} body */
    post: (path, body) => send('POST', path, { body: JSON.stringify(body), type: 'application/json' }),
    /** @param {string} path @param {Uint8Array} image A PNG file */
    postImage: (path, image) => send('POST', path, { body: image, type: 'image/png' }),
    /**
     * Reads a resource again and again until its status is one of `ends`.
     * @template {{ status: string }} T
     * @param {string} path
     * @param {readonly string[]} ends
     * @param {(resource: T) => void} [seen]
     * @returns {Promise<T>}
     */
    async poll(path, ends, seen) {
      for (;;) {
        const resource = /** @type {T} */ (await send('GET', path));
        seen?.(resource);
        if (ends.includes(resource.status)) return resource;
        await sleep(pollMs, undefined, { signal });
      }
    },
    /**
     * Streams a file from the disk as a multipart form.
     * @param {string} path
     * @param {{ fields: Record<string, string>, file: string, name: string }} form
     * @param {(fraction: number) => void} sent
     */
    upload: (path, form, sent) => upload({ url, key, signal }, path, form, sent),
  };
}

/**
 * @param {string} request
 * @param {number} status
 * @param {string} text
 * @returns {unknown}
 */
function answer(request, status, text) {
  if (status >= 200 && status < 300) return JSON.parse(text);
  throw new Problem(`${request} was answered with ${status}:\n${text}`);
}

/**
 * @param {ClientOptions} options
 * @param {string} path
 * @param {{ fields: Record<string, string>, file: string, name: string }} form
 * @param {(fraction: number) => void} sent
 * @returns {Promise<unknown>}
 */
async function upload({ url, key, signal }, path, { fields, file, name }, sent) {
  const head = [
    ...Object.entries(fields).map(([field, value]) => part(`name="${field}"`, value)),
    `--${BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\ncontent-type: application/zip\r\n\r\n`,
  ].join('');
  const tail = `\r\n--${BOUNDARY}--\r\n`;
  const { size } = await stat(file);
  const request = http.request(`${url}${path}`, {
    method: 'POST',
    signal,
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
      'content-length': Buffer.byteLength(head) + size + Buffer.byteLength(tail),
    },
  });
  const answered = received(request, `POST ${path}`);
  request.write(head);
  let bytes = 0;
  const source = createReadStream(file);
  source.on('data', (chunk) => {
    bytes += chunk.length;
    sent(bytes / size);
  });
  source.once('error', (error) => request.destroy(error));
  source.once('end', () => request.end(tail));
  source.pipe(request, { end: false });
  return answered;
}

/** @param {string} disposition @param {string} value */
function part(disposition, value) {
  return `--${BOUNDARY}\r\ncontent-disposition: form-data; ${disposition}\r\n\r\n${value}\r\n`;
}

/** @param {http.ClientRequest} request @param {string} name @returns {Promise<unknown>} */
function received(request, name) {
  return new Promise((resolve, reject) => {
    request.once('error', reject);
    request.once('response', async (response) => {
      try {
        const chunks = await response.toArray();
        resolve(answer(name, response.statusCode ?? 0, Buffer.concat(chunks).toString()));
      } catch (error) {
        reject(error);
      }
    });
  });
}
