// The bare loops: onnxruntime and nothing else on images in memory, or libvips and onnxruntime on image files in memory.
// Told a file and what to run, it says how many images a second that was.
import process from 'node:process';
import * as ort from 'onnxruntime-node';
import sharp from 'sharp';
import { answerParent } from '../child.mjs';

/**
 * @typedef {object} Loop
 * @property {'tensor' | 'jpeg'} kind
 * @property {number} batch Images of a run
 * @property {number} threads Of an operator
 */

sharp.concurrency(1);
sharp.cache(false);
ort.env.logLevel = 'error';

/** @typedef {{ onnx: Uint8Array, image: import('@trainyard/contracts').ImageSize, pixels: Uint8Array[], jpegs: Uint8Array[] }} Opened */

/** @type {Opened | undefined} */
let opened;
/** By threads. @type {Map<number, Promise<ort.InferenceSession>>} */
const sessions = new Map();

/** @param {number} threads @param {Opened} model */
function sessionOf(threads, { onnx }) {
  const session = sessions.get(threads) ?? ort.InferenceSession.create(onnx, { intraOpNumThreads: threads });
  sessions.set(threads, session);
  return session;
}

/** @param {ort.InferenceSession} session @param {Opened} model @param {Uint8Array} pixels @param {number} batch */
async function run(session, { image: { width, height, channels } }, pixels, batch) {
  const tensor = new ort.Tensor('uint8', pixels, [batch, height, width, channels]);
  const results = await session.run({ [session.inputNames[0]]: tensor });
  return results[session.outputNames[0]].data;
}

/** @param {Opened} model @param {number} batch @returns {Uint8Array[]} */
function tensorsOf({ pixels }, batch) {
  const count = Math.floor(pixels.length / batch);
  return Array.from({ length: count }, (_, index) => {
    return new Uint8Array(Buffer.concat(pixels.slice(index * batch, (index + 1) * batch)));
  });
}

/** @param {Opened} model @param {Uint8Array} jpeg */
function decode({ image: { width, height, channels } }, jpeg) {
  return sharp(jpeg)
    .resize(width, height, { fit: 'cover' })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw()
    .toBuffer();
}

/** Images of a batch are decoded side by side. @param {Opened} model @param {number} batch */
function decoderOf(model, batch) {
  const size = model.image.width * model.image.height * model.image.channels;
  let next = 0;
  return async () => {
    const files = Array.from({ length: batch }, () => model.jpegs[next++ % model.jpegs.length]);
    const pixels = new Uint8Array(batch * size);
    const decoded = await Promise.all(files.map((jpeg) => decode(model, jpeg)));
    for (const [index, image] of decoded.entries()) pixels.set(image, index * size);
    return pixels;
  };
}

/** What gives the pixels of the next run. @param {Opened} model @param {Loop} loop @returns {() => Promise<Uint8Array> | Uint8Array} */
function sourceOf(model, { kind, batch }) {
  if (kind === 'jpeg') return decoderOf(model, batch);
  const tensors = tensorsOf(model, batch);
  let next = 0;
  return () => tensors[next++ % tensors.length];
}

/** @param {Opened} model @param {Loop & { rampMs: number, windowMs: number }} loop */
async function time(model, { rampMs, windowMs, ...loop }) {
  const session = await sessionOf(loop.threads, model);
  const source = sourceOf(model, loop);
  const repeat = async (/** @type {number} */ milliseconds) => {
    const before = process.cpuUsage();
    const startedAt = performance.now();
    let images = 0;
    for (; performance.now() - startedAt < milliseconds; images += loop.batch) {
      await run(session, model, await source(), loop.batch);
    }
    const ms = performance.now() - startedAt;
    const { user, system } = process.cpuUsage(before);
    return { per_s: (1000 * images) / ms, server_cores: (user + system) / 1000 / ms };
  };
  await repeat(rampMs);
  return repeat(windowMs);
}

answerParent(async ({ type, ...options }) => {
  if (type === 'open') {
    opened = options;
    for (const session of sessions.values()) await (await session).release();
    sessions.clear();
    return;
  }
  if (!opened) throw new Error('expected a model first');
  if (type === 'first') return { outputs: await run(await sessionOf(1, opened), opened, opened.pixels[0], 1) };
  return time(opened, options);
});
