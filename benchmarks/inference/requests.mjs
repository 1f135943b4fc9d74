// Requests as the bytes that go over the wire, made once: the generator only sends them.
import { IMAGES } from './models.mjs';

/** @typedef {import('./models.mjs').ServedModel} ServedModel */
/** @typedef {{ path: string, key?: string, headers: Record<string, string>, body: Uint8Array }} Request */

/** @param {Request} request @returns {Buffer} */
export function toWire({ path, key, headers, body }) {
  const lines = [
    `POST ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    ...(key ? [`Authorization: Bearer ${key}`] : []),
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `Content-Length: ${body.length}`,
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body]);
}

/**
 * KServe's infer with a binary tensor of `count` images and a binary answer, as Triton's own client sends it.
 *
 * @param {ServedModel} model @param {number} count @param {string} key @returns {Request[]}
 */
export function tensorRequests({ endpoint, image, pixels }, count, key) {
  const { width, height, channels } = image;
  const size = width * height * channels;
  return Array.from({ length: IMAGES / count }, (_, index) => {
    const tensor = Buffer.concat(pixels.slice(index * count, (index + 1) * count));
    const shape = [count, height, width, channels];
    const input = { name: 'image', shape, datatype: 'UINT8', parameters: { binary_data_size: count * size } };
    const output = { name: 'probabilities', parameters: { binary_data: true } };
    const header = Buffer.from(JSON.stringify({ inputs: [input], outputs: [output] }));
    return {
      path: `/v2/models/${endpoint}/infer`,
      key,
      headers: {
        'Content-Type': 'application/octet-stream',
        'Inference-Header-Content-Length': String(header.length),
      },
      body: Buffer.concat([header, tensor]),
    };
  });
}

/** An image file as the body. @param {ServedModel} model @param {string} key @returns {Request[]} */
export function jpegRequests({ endpoint, jpegs }, key) {
  return jpegs.map((body) => ({
    path: `/v1/endpoints/${endpoint}/predict`,
    key,
    headers: { 'Content-Type': 'image/jpeg' },
    body,
  }));
}

/** An image as base64 in JSON. @param {ServedModel} model @param {string} key @returns {Request[]} */
export function jsonRequests({ endpoint, jpegs }, key) {
  return jpegs.map((jpeg) => ({
    path: `/v1/endpoints/${endpoint}/predict`,
    key,
    headers: { 'Content-Type': 'application/json' },
    body: Buffer.from(JSON.stringify({ instances: [jpeg.toString('base64')] })),
  }));
}

/**
 * What the handler that a user would write reads: nothing but the pixels, or an image file.
 *
 * @param {readonly Uint8Array[]} bodies @param {string} type @returns {Request[]}
 */
export function plainRequests(bodies, type) {
  return bodies.map((body) => ({ path: '/predict', headers: { 'Content-Type': type }, body }));
}
