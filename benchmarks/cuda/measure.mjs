// A child of the benchmark: trains one network on one device for some steps, or opens its session and tells where every node
// is placed. A device of its own process, since TF32 is set when NVIDIA's libraries are loaded, and a driver may crash.
import process from 'node:process';
import { resolveLoss, resolveOptimizer } from '@trainyard/contracts';
import { compileTrainStep, initialParameters } from '@trainyard/engine';
import { createSession, StepRunner, TrainState } from '@trainyard/runtime';
import { trainModel } from '../train/models.mjs';
import { CLASSES, fillWithNoise, networkOf } from '../train/our-network.mjs';

const SEED = 0;
const LEARNING_RATE = 1e-3;

/**
 * @typedef {{ model: string, device: 'cpu' | 'cuda', stepsPerRun: number, steps: number, threads: number,
 *   precision?: import('@trainyard/contracts').Precision, placement?: boolean }} Task
 */

/** @param {Task} task */
function compile({ model, stepsPerRun, precision = 'float32' }) {
  const { batchSize, ...found } = trainModel(model);
  const { network, preprocessing } = networkOf({ batchSize, ...found });
  const step = compileTrainStep(network, {
    batchSize,
    optimizer: resolveOptimizer(),
    loss: resolveLoss('categorical_crossentropy'),
    preprocessing,
    stepsPerRun,
    packsState: true,
    precision,
  });
  return { network, step };
}

/** The loss of each step, and the seconds of each run. @param {Task} task */
async function train(task) {
  const { network, step } = compile(task);
  const runner = await StepRunner.open(step, task);
  for (const { images, labels, weights } of runner.buffers) {
    fillWithNoise(images);
    for (let i = 0; i < labels.length; i++) labels[i] = (i * 7 + Math.floor(i / 3)) % CLASSES.length;
    weights.fill(1);
  }
  const state = new TrainState(step.state, initialParameters(network, SEED));
  const losses = [];
  const seconds = [];
  for (let firstStep = 1; firstStep <= task.steps; firstStep += task.stepsPerRun) {
    const startedAt = performance.now();
    const position = { firstStep, seed: SEED, learningRate: () => LEARNING_RATE };
    for (const { loss } of await runner.run(state, runner.buffers[0], position)) losses.push(loss);
    seconds.push((performance.now() - startedAt) / 1000);
  }
  await runner.release();
  return { batchSize: step.batchSize, losses, seconds };
}

/** onnxruntime tells on standard error where it places the nodes. @param {Task} task */
async function place(task) {
  const session = await createSession(compile(task).step.onnx, { ...task, tellsPlacement: true });
  await session.release();
  return {};
}

process.once('message', async (message) => {
  const task = /** @type {Task} */ (message);
  try {
    process.send?.({ result: await (task.placement ? place(task) : train(task)) });
  } catch (error) {
    process.send?.({ error: error instanceof Error ? error.message : String(error) });
  }
  process.disconnect();
});
