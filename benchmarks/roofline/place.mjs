// A network's place under the roof: what its training step computes and moves, how long it takes, and for what.
import { resolveTraining } from '@trainyard/contracts';
import { compileTrainStep, initialParameters, readOnnxModel, summarizeModel } from '@trainyard/engine';
import { blockedLanes, TrainState } from '@trainyard/runtime';
import * as ort from 'onnxruntime-node';
import { median } from '../statistics.mjs';
import { CLASSES, fillWithNoise, networkOf } from '../train/our-network.mjs';
import { startOurs } from '../train/rivals.mjs';
import { KINDS, kindsOf } from './kinds.mjs';
import { profile } from './profile.mjs';
import { bytesMoved } from './traffic.mjs';

const RUNS = 9;
const WARM_UP = 3;
const TIMED_RUNS = 24;
/** Tiny, so that no batch is learnt by heart: denormal numbers are slow. */
const LEARNING_RATE = 1e-7;
/** TensorProto.DataType. */
const DATA_TYPE = { float32: 1, uint8: 2, int32: 6 };

/** @typedef {import('../train/models.mjs').TrainModel} TrainModel */
/** @typedef {{ matrix_gflops: number, bandwidth_gbs: number }} Roof */

/** @param {TrainModel} model @param {{ threads: number, lowering: string }} options */
async function timed(model, { threads, lowering }) {
  const ours = await startOurs({ model, mode: 'train', batchSize: model.batchSize, threads }, lowering);
  try {
    return { lowering: String(ours.setup.lowering), ms: median(await ours.time(TIMED_RUNS)) };
  } finally {
    await ours.end();
  }
}

/** One step in a run, so that the profiler sees its nodes. @param {TrainModel} model @param {number | null} block */
function compiledStep(model, block) {
  const { network, preprocessing } = networkOf(model);
  const { optimizer, loss } = resolveTraining({ optimizer: { type: 'adam' } });
  const { batchSize } = model;
  const step = compileTrainStep(network, { batchSize, optimizer, loss, preprocessing, stepsPerRun: 1, block });
  const state = new TrainState(step.state, initialParameters(network, 0));
  return { network, step, state };
}

/** @param {ReturnType<typeof compiledStep>} compiled */
function feedsOf({ step, state }) {
  const carried = Object.entries(state.feeds()).map(([name, { data, shape }]) => {
    if (!(data instanceof Float32Array)) throw new TypeError(`${name}: expected float32.`);
    return [name, new ort.Tensor('float32', data, shape)];
  });
  const held = new Set(carried.map(([name]) => name));
  const scalars = step.scalarValues(1, LEARNING_RATE);
  const others = readOnnxModel(step.onnx).inputs.filter(({ name }) => !held.has(name));
  const filled = others.map(({ name, dataType, shape }) => {
    const sides = (shape ?? []).map(Number);
    const size = sides.reduce((product, side) => product * side, 1);
    if (dataType === DATA_TYPE.uint8) {
      const pixels = new Uint8Array(size);
      fillWithNoise(pixels);
      return [name, new ort.Tensor('uint8', pixels, sides)];
    }
    if (dataType === DATA_TYPE.int32) {
      const labels = Int32Array.from({ length: size }, (_, i) => i % CLASSES.length);
      return [name, new ort.Tensor('int32', labels, sides)];
    }
    return [name, new ort.Tensor('float32', new Float32Array(size).fill(scalars[name] ?? 1), sides)];
  });
  return Object.fromEntries([...carried, ...filled]);
}

/** @param {TrainModel} model @param {{ threads: number, lowering: string, roof: Roof }} options */
export async function placeOf(model, { roof, ...options }) {
  const { ms, lowering } = await timed(model, options);
  const compiled = compiledStep(model, lowering === 'blocked' ? await blockedLanes() : null);
  const amount = { threads: options.threads, runs: RUNS, warmUp: WARM_UP };
  const runs = await profile(compiled.step.onnx, feedsOf(compiled), amount);
  const run = runs[Math.floor(runs.length / 2)];
  const { forward_flops, backward_flops } = summarizeModel(compiled.network, model.batchSize);
  const flops = forward_flops + backward_flops;
  const bytes = bytesMoved(run.nodes);
  const [gflops, gbs] = [flops / ms / 1e6, bytes / ms / 1e6];
  return {
    model: model.name,
    batch_size: model.batchSize,
    lowering,
    ms: rounded(ms),
    gflop: rounded(flops / 1e9),
    megabytes: rounded(bytes / 1e6),
    flops_per_byte: rounded(flops / bytes),
    gflops: rounded(gflops),
    matrix_share: rounded(gflops / roof.matrix_gflops),
    gbs: rounded(gbs),
    bandwidth_share: rounded(gbs / roof.bandwidth_gbs),
    profile: { run_ms: rounded(run.ms), nodes: run.nodes.length, kinds: kindShares(run, kindsOf(compiled.step)) },
  };
}

/** @param {import('./profile.mjs').Run} run @param {ReturnType<typeof kindsOf>} kindOf */
function kindShares({ ms, nodes }, kindOf) {
  const placed = nodes.map((node) => ({ kind: kindOf(node), ms: node.ms }));
  const rows = KINDS.map((kind) => {
    const own = placed.filter((node) => node.kind === kind);
    const sum = own.reduce((total, node) => total + node.ms, 0);
    return { kind: String(kind), nodes: own.length, ms: rounded(sum), share: rounded(sum / ms) };
  });
  const rest = ms - placed.reduce((total, node) => total + node.ms, 0);
  return [...rows, { kind: 'between the nodes', nodes: 0, ms: rounded(rest), share: rounded(rest / ms) }];
}

/** @param {number} value */
function rounded(value) {
  return Number(value.toPrecision(4));
}
