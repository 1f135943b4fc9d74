/**
 * What a process that is going to train does before its task is there: it trains a tiny network in each lowering. By then
 * onnxruntime is loaded, the blocked layout is tried, and V8 has made machine code of what compiles and fits.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type ExecutionPlan, type ImageSize, resolveTraining } from '@trainyard/contracts';
import { buildModel, initialParameters, metricContext, parseModelSpec, preprocessingFor } from '@trainyard/engine';
import { blockedLanes } from './blocked-lanes.js';
import { openTraining } from './compiled-training.js';
import { fit } from './fit.js';
import { machineTraits } from './machine.js';
import type { TrainingData, TrainingSplit } from './training-data.js';

const IMAGE: ImageSize = { width: 16, height: 16, channels: 3 };
const CLASSES = ['0', '1'];
const IMAGES = 6;
/** Of an epoch: a run of two, and a single one. */
const STEPS = 3;

/** Of each kind that most networks have. */
const LAYERS = [
  { type: 'conv2d', filters: 4, kernel_size: 3, padding: 'same', activation: 'relu' },
  { type: 'max_pooling2d', pool_size: 2, name: 'pool' },
  { type: 'conv2d', filters: 8, kernel_size: 3, strides: 2, padding: 'same', use_bias: false },
  { type: 'batch_normalization' },
  { type: 'activation', activation: 'relu' },
  { type: 'conv2d', filters: 8, kernel_size: 3, padding: 'same', use_bias: false },
  { type: 'batch_normalization', name: 'deep' },
  { type: 'conv2d', filters: 8, kernel_size: 1, strides: 2, padding: 'same', inputs: ['pool'], name: 'shortcut' },
  { type: 'add', inputs: ['deep', 'shortcut'] },
  { type: 'flatten' },
  { type: 'dense', units: 16, activation: 'relu' },
  { type: 'dropout', rate: 0.5 },
  { type: 'dense', units: 'classes', activation: 'softmax' },
];

/** Ends early, between two trainings, once `taken` is aborted. */
export async function warmUp(taken: AbortSignal): Promise<void> {
  const lanes = await blockedLanes();
  await nextTurn();
  if (!taken.aborted) await trainOnce({ lowering: 'portable' });
  await nextTurn();
  if (!taken.aborted && lanes !== null) await trainOnce({ lowering: 'blocked', block: lanes });
}

async function trainOnce(lowered: Pick<ExecutionPlan, 'lowering' | 'block'>): Promise<void> {
  const data = images();
  const model = buildModel(parseModelSpec({ layers: LAYERS }), {
    image: IMAGE,
    classes: CLASSES.length,
    task: 'multiclass',
  });
  const training = resolveTraining({ epochs: 1, batch_size: IMAGES / STEPS });
  const context = metricContext(model, CLASSES);
  const compiled = await openTraining({
    model,
    training,
    preprocessing: preprocessingFor(training.normalization, { mean: [0, 0, 0], std: [1, 1, 1] }, IMAGE.channels),
    plan: { ...lowered, device: 'cpu', threads: 1, steps_per_run: 2, ...machineTraits() },
    context,
    steps: STEPS,
    probedImages: IMAGES,
    preparesApart: false,
  });
  const nobody = async () => {};
  try {
    await fit({
      ...compiled,
      training,
      data,
      context,
      start: { tensors: initialParameters(model, 0), epoch: 0, step: 0, best: null, learningRate: null },
      signal: new AbortController().signal,
      observer: { steps: nobody, epoch: nobody, checkpoint: nobody, probe: nobody },
    });
  } finally {
    await compiled.release();
  }
}

function images(): TrainingData {
  const split: TrainingSplit = {
    count: IMAGES,
    labels: Int32Array.from({ length: IMAGES }, (_, index) => index % CLASSES.length),
    readImages: (indices, out) => {
      for (let i = 0; i < out.length; i++) out[i] = (31 * indices.length + 7 * i) % 256;
    },
  };
  return { splits: { train: split, validation: split, test: split } };
}
