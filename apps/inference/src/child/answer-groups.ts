/**
 * Answers the groups that come by the pipe, one after another. The images of a group are decoded as soon as it has come,
 * on libuv's threads, so also while the group before it computes.
 */
import type { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type GroupHeader, type GroupReport, parseGroupHeader } from '@trainyard/contracts';
import { FrameReader, writeFrame } from '../frames/frame.js';
import { inputsOf } from '../frames/groups.js';
import { failureOf } from './failure.js';
import type { Images, LoadedModel } from './loaded-model.js';

type Decoded = Images | ReturnType<typeof failureOf>;

/** Ends the process where the pipe breaks, or carries what is not of its protocol: there is nobody left to answer. */
export function answerGroups(pipe: Socket, model: LoadedModel): void {
  let last: Promise<void> = Promise.resolve();
  const reader = new FrameReader((frame, payload) => {
    const header = parseGroupHeader(frame);
    const startedAt = performance.now();
    const decoding = Promise.all(inputsOf(header, payload).map((input) => decoded(model, input)));
    const before = last;
    last = (async () => {
      const inputs = await decoding;
      const decodedAt = performance.now();
      await before;
      await answer(pipe, model, { header, inputs, preprocessMs: decodedAt - startedAt });
    })();
  });
  pipe.on('data', (chunk: Buffer) => reader.push(chunk));
  pipe.on('error', () => process.exit(0));
  pipe.on('close', () => process.exit(0));
}

async function decoded(model: LoadedModel, input: Parameters<LoadedModel['decode']>[0]): Promise<Decoded> {
  try {
    return await model.decode(input);
  } catch (error) {
    return failureOf(error);
  }
}

async function answer(
  pipe: Socket,
  model: LoadedModel,
  { header, inputs, preprocessMs }: { header: GroupHeader; inputs: readonly Decoded[]; preprocessMs: number },
): Promise<void> {
  // A run keeps this thread from everything else: what has arrived is begun to be decoded before it.
  await nextTurn();
  const startedAt = performance.now();
  const { results, outputs } = await computed(model, inputs);
  const report: GroupReport = {
    number: header.number,
    preprocess_ms: preprocessMs,
    compute_ms: performance.now() - startedAt,
    results,
  };
  writeFrame(pipe, report, outputs ? [new Uint8Array(outputs.buffer, outputs.byteOffset, outputs.byteLength)] : []);
}

/** All images of a group in one go: the requests that could be read share the outcome. */
async function computed(
  model: LoadedModel,
  inputs: readonly Decoded[],
): Promise<{ results: GroupReport['results']; outputs: Float32Array | null }> {
  const results = inputs.map((input) => ('error' in input ? input : { images: input.count }));
  const readable = inputs.filter((input) => 'pixels' in input);
  if (readable.length === 0) return { results, outputs: null };
  try {
    return { results, outputs: await model.compute(together(readable)) };
  } catch (error) {
    const failure = failureOf(error);
    return { results: inputs.map((input) => ('error' in input ? input : failure)), outputs: null };
  }
}

/** Requests of pixels that came in one frame lie one after another already, and are not copied. */
function together(inputs: readonly Images[]): Images {
  const [first] = inputs;
  if (inputs.length === 1) return first;
  const count = inputs.reduce((sum, input) => sum + input.count, 0);
  const bytes = inputs.reduce((sum, { pixels }) => sum + pixels.length, 0);
  if (areNeighbours(inputs)) {
    return { pixels: new Uint8Array(first.pixels.buffer, first.pixels.byteOffset, bytes), count };
  }
  const pixels = new Uint8Array(bytes);
  let offset = 0;
  for (const input of inputs) {
    pixels.set(input.pixels, offset);
    offset += input.pixels.length;
  }
  return { pixels, count };
}

function areNeighbours(inputs: readonly Images[]): boolean {
  const { buffer, byteOffset } = inputs[0].pixels;
  let end = byteOffset;
  for (const { pixels } of inputs) {
    if (pixels.buffer !== buffer || pixels.byteOffset !== end) return false;
    end += pixels.length;
  }
  return true;
}
