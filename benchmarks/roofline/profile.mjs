// Runs a graph under onnxruntime's profiler, which says of each node how long it took and what shapes went in and came out.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';

/** @typedef {{ type: string, shape: readonly number[] }} Tensor */
/** @typedef {{ name: string, op: string, ms: number, inputs: readonly Tensor[], outputs: readonly Tensor[] }} Executed */
/** @typedef {{ ms: number, nodes: readonly Executed[] }} Run */

/**
 * The runs after the first `warmUp`, shortest first.
 *
 * @param {Uint8Array} onnx @param {Record<string, ort.Tensor>} feeds
 * @param {{ threads: number, runs: number, warmUp: number, outputs?: readonly string[] }} options
 * @returns {Promise<Run[]>}
 */
export async function profile(onnx, feeds, { threads, runs, warmUp, outputs }) {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-profile-'));
  try {
    const session = await ort.InferenceSession.create(onnx, {
      executionProviders: ['cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      enableMemPattern: false,
      enableProfiling: true,
      profileFilePrefix: join(folder, 'run'),
      logSeverityLevel: 3,
    });
    for (let run = 0; run < warmUp + runs; run++) await session.run(feeds, outputs ?? session.outputNames);
    session.endProfiling();
    await session.release();
    const [file] = readdirSync(folder);
    return runsIn(JSON.parse(readFileSync(join(folder, file), 'utf8')))
      .slice(warmUp)
      .sort((a, b) => a.ms - b.ms);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @typedef {{ cat: string, name: string, ts: number, dur: number, args: Record<string, any> }} Event Times in µs */

/** @param {readonly Event[]} events @returns {Run[]} */
function runsIn(events) {
  const nodes = events.filter(({ cat, name }) => cat === 'Node' && name.endsWith(KERNEL));
  const whole = events.filter(({ name }) => name === 'SequentialExecutor::Execute');
  return whole.map(({ ts, dur }) => ({
    ms: dur / 1000,
    nodes: nodes.filter((node) => node.ts >= ts && node.ts < ts + dur).map(executed),
  }));
}

const KERNEL = '_kernel_time';

/** @param {Event} event @returns {Executed} */
function executed({ name, dur, args }) {
  return {
    name: name.slice(0, -KERNEL.length),
    op: args.op_name,
    ms: dur / 1000,
    inputs: tensors(args.input_type_shape),
    outputs: tensors(args.output_type_shape),
  };
}

/** @param {readonly Record<string, number[]>[]} listed Each an object of one type and its shape @returns {Tensor[]} */
function tensors(listed) {
  return listed.flatMap((each) => Object.entries(each).map(([type, shape]) => ({ type, shape })));
}
