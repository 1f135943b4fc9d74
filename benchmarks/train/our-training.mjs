// A training step as a job runs it: with the plan that the service would choose, or in the lowering that is asked for.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveTraining } from '@trainyard/contracts';
import { compileTrainStep, initialParameters } from '@trainyard/engine';
import { firstPlan, StepRunner, TrainState } from '@trainyard/runtime';
import { openObjectStore } from '@trainyard/storage';
import { CLASSES, fillWithNoise, networkOf } from './our-network.mjs';

/** Only bounds how many steps a run may have. */
const MANY_STEPS = 1000;
/** Tiny, as the peers': a batch that is learnt by heart drifts into denormal numbers, which are slow. */
const LEARNING_RATE = 1e-7;
const SEED = 0;

/** @typedef {import('@trainyard/contracts').LoweringSetting} LoweringSetting */

/** @param {string} setting @returns {LoweringSetting} */
function loweringOf(setting) {
  if (setting === 'auto' || setting === 'portable' || setting === 'blocked') return setting;
  throw new RangeError(`Expected auto, portable or blocked. Received: ${setting}`);
}

/**
 * @param {import('./models.mjs').TrainModel} model
 * @param {{ batchSize: number, threads: number, setting: string, stepsPerRun: number | null }} options
 * @returns {Promise<import('./ours.mjs').Timed>}
 */
export async function openTraining(model, { batchSize, threads, setting, stepsPerRun }) {
  const { network, preprocessing } = networkOf(model);
  const optimizer = /** @type {const} */ ({ type: 'adam', learning_rate: LEARNING_RATE });
  const training = resolveTraining({ batch_size: batchSize, optimizer, normalization: 'unit' });
  const startedAt = performance.now();
  const { plan, reason } = await planOf({ network, training, preprocessing, threads, lowering: loweringOf(setting) });
  const plannedAt = performance.now();
  const step = compileTrainStep(network, {
    batchSize,
    optimizer: training.optimizer,
    loss: training.loss,
    preprocessing,
    stepsPerRun: stepsPerRun ?? plan.steps_per_run,
    block: plan.block ?? null,
    packsState: true,
  });
  const compiledAt = performance.now();
  const runner = await StepRunner.open(step, plan);
  const about = {
    lowering: plan.lowering,
    reason,
    steps_per_run: step.stepsPerRun,
    plan_ms: Math.round(plannedAt - startedAt),
    compile_ms: Math.round(compiledAt - plannedAt),
    session_ms: Math.round(performance.now() - compiledAt),
  };
  for (const { images, labels, weights } of runner.buffers) {
    fillWithNoise(images);
    for (let i = 0; i < labels.length; i++) labels[i] = i % CLASSES.length;
    weights.fill(1);
  }
  const state = new TrainState(step.state, initialParameters(network, SEED));
  let runs = 0;
  const run = async () => {
    const position = { firstStep: runs * step.stepsPerRun + 1, seed: SEED, learningRate: () => LEARNING_RATE };
    await runner.run(state, runner.buffers[runs % 2], position);
    runs += 1;
  };
  return { run, stepsPerRun: step.stepsPerRun, about, release: () => runner.release() };
}

/**
 * The plan of a job's first start. Its store is a new folder, so that the lowerings are compared now, and not in another
 * benchmark's minutes.
 *
 * @param {{ network: import('@trainyard/engine').Model, training: import('@trainyard/contracts').Training,
 *   preprocessing: import('@trainyard/engine').Preprocessing, threads: number, lowering: LoweringSetting }} options
 */
async function planOf({ network, ...options }) {
  const root = mkdtempSync(join(tmpdir(), 'trainyard-bench-train-'));
  try {
    const store = openObjectStore({ root });
    return await firstPlan({ model: network, trained: network, device: 'cpu', steps: MANY_STEPS, store, ...options });
  } finally {
    rmSync(root, { recursive: true });
  }
}
