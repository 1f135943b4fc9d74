/**
 * What a process that is going to train does before its task is there: it trains a tiny network once. By then
 * onnxruntime is loaded, the blocked layout is tried, and what compiles and fits has been compiled to machine code itself.
 */
import { type ExecutionPlan, type ImageSize, resolveTraining } from '@trainyard/contracts';
import { buildModel, initialParameters, metricContext, parseModelSpec, preprocessingFor } from '@trainyard/engine';
import { blockedLanes } from './blocked-lanes.js';
import { openTraining } from './compiled-training.js';
import { fit } from './fit.js';
import { machineTraits } from './machine.js';
import type { TrainingData, TrainingSplit } from './training-data.js';

const IMAGE: ImageSize = { width: 8, height: 8, channels: 1 };
const CLASSES = ['0', '1'];
const IMAGES = 4;

const LAYERS = [
  { type: 'conv2d', filters: 4, kernel_size: 3, padding: 'same', activation: 'relu' },
  { type: 'batch_normalization' },
  { type: 'max_pooling2d', pool_size: 2 },
  { type: 'flatten' },
  { type: 'dropout', rate: 0.5 },
  { type: 'dense', units: 'classes', activation: 'softmax' },
];

export async function warmUp(): Promise<void> {
  const lanes = await blockedLanes();
  await trainOnce({ lowering: 'portable' });
  if (lanes !== null) await trainOnce({ lowering: 'blocked', block: lanes });
}

async function trainOnce(lowered: Pick<ExecutionPlan, 'lowering' | 'block'>): Promise<void> {
  const model = buildModel(parseModelSpec({ layers: LAYERS }), {
    image: IMAGE,
    classes: CLASSES.length,
    task: 'multiclass',
  });
  const training = resolveTraining({ epochs: 1, batch_size: IMAGES / 2 });
  const context = metricContext(model, CLASSES);
  const compiled = await openTraining({
    model,
    training,
    preprocessing: preprocessingFor(training.normalization, { mean: [0], std: [1] }, IMAGE.channels),
    plan: { ...lowered, device: 'cpu', threads: 1, steps_per_run: 1, ...machineTraits() },
    context,
    steps: 2,
    probedImages: IMAGES,
  });
  const nobody = async () => {};
  try {
    await fit({
      ...compiled,
      training,
      data: images(),
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
