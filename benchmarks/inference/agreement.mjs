// Before anything is timed: all that take turns give the same image the same probabilities.

import { KEY } from '../servers.mjs';
import { jpegRequests, plainRequests, tensorRequests } from './requests.mjs';

/** Between runs with other numbers of threads, or other batches. */
const TOLERANCE = 1e-5;

/** @param {number} port @param {import('./requests.mjs').Request} request */
async function answerOf(port, { path, key, headers, body }) {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { ...headers, ...(key ? { authorization: `Bearer ${key}` } : {}) },
    body: new Uint8Array(body),
  });
  if (!answer.ok) throw new Error(`${path}: expected 200; received ${answer.status}: ${await answer.text()}`);
  return answer;
}

/** The binary tensor of an answer of KServe's infer. @param {Response} answer */
async function tensorOf(answer) {
  const bytes = await answer.arrayBuffer();
  return new Float32Array(bytes.slice(Number(answer.headers.get('inference-header-content-length'))));
}

/** @param {Response} answer @returns {Promise<Float32Array>} */
async function plainOf(answer) {
  /** @type {any} */
  const { probabilities } = await answer.json();
  return Float32Array.from(probabilities);
}

/** @param {Response} answer @returns {Promise<Float32Array>} */
async function predictedOf(answer) {
  /** @type {any} */
  const { predictions } = await answer.json();
  return Float32Array.from(Object.values(predictions[0].probabilities));
}

/**
 * Throws where any two differ.
 *
 * @param {Pick<import('./contenders.mjs').Setting, 'model' | 'serving' | 'bare' | 'handler'>} setting
 */
export async function requireAgreement({ model, serving, bare, handler }) {
  /** @type {Float32Array} */
  const expected = (await bare.ask({ type: 'first' })).outputs;
  const { inference, api } = serving;
  const [single] = tensorRequests(model, 1, KEY);
  const [many] = tensorRequests(model, 32, KEY);
  const [pixels] = plainRequests(model.pixels, 'application/octet-stream');
  /** @type {Record<string, Float32Array>} */
  const tensors = {
    tensor_1: await tensorOf(await answerOf(inference.port, single)),
    tensor_32: (await tensorOf(await answerOf(inference.port, many))).subarray(0, expected.length),
    public_tensor_1: await tensorOf(await answerOf(api.port, single)),
    handler: await plainOf(await answerOf(handler.port, pixels)),
  };
  for (const [name, received] of Object.entries(tensors)) requireSame(name, received, expected);
  const [ours] = jpegRequests(model, KEY);
  const [plain] = plainRequests(model.jpegs, 'image/jpeg');
  const decoded = await plainOf(await answerOf(handler.port, plain));
  requireSame('jpeg', await predictedOf(await answerOf(inference.port, ours)), decoded);
}

/** @param {string} name @param {Float32Array} received @param {Float32Array} expected */
function requireSame(name, received, expected) {
  const isSame =
    received.length === expected.length &&
    received.every((value, index) => Math.abs(value - expected[index]) <= TOLERANCE);
  if (!isSame) throw new Error(`${name}: expected ${expected}; received ${received}`);
}
