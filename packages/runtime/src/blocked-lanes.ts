/**
 * Whether the CPU's onnxruntime has the blocked layout that the faster lowering is written in. It is internal to
 * onnxruntime and may change with any version, so it is tried, not looked up: a small network in it has to give what it
 * gives in the plain layout.
 */
import { compileBlockedProbe, compileLanesProbe } from '@trainyard/engine';
import { createSession, type Feeds, float32Tensor } from './session.js';

const LANES = [8, 16];
/** Of values about 1: sums of a few hundred products in another order. */
const DIFFERENCE_MAX = 1e-4;
const CPU = { device: 'cpu', threads: 1 } as const;

let known: Promise<number | null> | undefined;

/** Floats of a block: 16 with AVX-512, 8 with AVX2, null where the layout is not to be had. Tried once in a process. */
export function blockedLanes(): Promise<number | null> {
  known ??= findLanes().catch(() => null);
  return known;
}

async function findLanes(): Promise<number | null> {
  const { onnx, input, output } = compileLanesProbe();
  const blocked = await runOnce(onnx, [input], output);
  const lanes = blocked.shape[1];
  return LANES.includes(lanes) && (await isRight(lanes)) ? lanes : null;
}

async function isRight(lanes: number): Promise<boolean> {
  const { plain, blocked, inputs, output } = compileBlockedProbe(lanes);
  const expected = await runOnce(plain, inputs, output);
  const given = await runOnce(blocked, inputs, output);
  return (
    given.data.length === expected.data.length &&
    given.data.every((value, place) => Math.abs(value - expected.data[place]) < DIFFERENCE_MAX)
  );
}

async function runOnce(
  onnx: Uint8Array,
  inputs: readonly { readonly name: string; readonly shape: readonly number[] }[],
  output: string,
): Promise<{ data: Float32Array; shape: readonly number[] }> {
  const session = await createSession(onnx, CPU);
  try {
    const feeds: Feeds = Object.fromEntries(
      inputs.map(({ name, shape }) => {
        const size = shape.reduce((product, side) => product * side, 1);
        return [
          name,
          float32Tensor(
            Float32Array.from({ length: size }, (_, i) => Math.sin(i) / 8),
            shape,
          ),
        ];
      }),
    );
    const result = (await session.run(feeds, [output]))[output];
    if (result.dtype !== 'float32') throw new TypeError(`Output ${output}: expected float32.`);
    return result;
  } finally {
    await session.release();
  }
}
