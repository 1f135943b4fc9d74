/** Finds out whether a device works here: by training on it, since being listed says little. */
import type { Device } from '@trainyard/contracts';
import { resolveLoss, resolveOptimizer, TrainyardError } from '@trainyard/contracts';
import { buildModel, compileTrainStep, initialParameters, parseModelSpec, preprocessingFor } from '@trainyard/engine';
import { StepRunner } from './step-runner.js';
import { TrainState } from './train-state.js';

const SIDE = 8;
const BATCH = 4;
const STEPS = 2;

/** Every kind of layer that has its own operators, and a convolution whose gradient is a transposed one with an odd pad. */
const SPEC = {
  layers: [
    { type: 'conv2d', filters: 4, kernel_size: 3, activation: 'relu' },
    { type: 'batch_normalization' },
    { type: 'max_pooling2d', pool_size: 2 },
    { type: 'conv2d', filters: 4, kernel_size: 3, strides: 2, padding: 'same', activation: 'relu' },
    { type: 'dropout', rate: 0.25 },
    { type: 'flatten' },
    { type: 'dense', units: 'classes', activation: 'softmax' },
  ],
};

/**
 * Trains two steps of a small network on the device. Throws `device_unavailable` with a reason fit to be shown. A broken
 * driver may end the process instead, so call it in a child.
 */
export async function probeDevice(device: Device): Promise<void> {
  try {
    const losses = await trainTiny(device);
    if (losses.every((loss) => Number.isFinite(loss) && loss > 0)) return;
  } catch (error) {
    throw new TrainyardError('device_unavailable', reasonOf(device, error), { cause: error });
  }
  throw new TrainyardError('device_unavailable', `Training on ${device} gave no usable loss.`);
}

async function trainTiny(device: Device): Promise<number[]> {
  const model = buildModel(parseModelSpec(SPEC), { image: { width: SIDE, height: SIDE, channels: 1 }, classes: 2 });
  const step = compileTrainStep(model, {
    batchSize: BATCH,
    optimizer: resolveOptimizer(),
    loss: resolveLoss('categorical_crossentropy'),
    preprocessing: preprocessingFor('unit', { mean: [0.5], std: [0.5] }, 1),
    stepsPerRun: STEPS,
  });
  const runner = await StepRunner.open(step, { device, threads: 1 });
  try {
    const [batches] = runner.buffers;
    batches.images.forEach((_, index) => {
      batches.images[index] = (index * 37) % 256;
    });
    batches.labels.forEach((_, row) => {
      batches.labels[row] = row % 2;
    });
    batches.weights.fill(1);
    const state = new TrainState(step.state, initialParameters(model, 0));
    const results = await runner.run(state, batches, { firstStep: 1, seed: 0, learningRate: () => 0.001 });
    return results.map((result) => result.loss);
  } finally {
    await runner.release();
  }
}

/** The first line of an error, without the folders of this machine. */
function reasonOf(device: Device, error: unknown): string {
  const line = error instanceof Error ? error.message.split('\n')[0] : String(error);
  const shown = line.replace(/(?:\/[^\s/:'"]+)+\//g, '');
  if (device === 'cuda' && /load (?:shared )?library|cannot open shared object/i.test(line)) {
    return 'onnxruntime cannot load its CUDA provider here: its files, CUDA or cuDNN are missing';
  }
  return `Training on ${device} does not work here: ${shown}`;
}
