/**
 * Tells what a training will take before it is posted: it is compiled and trained for some seconds as its trainer would,
 * and what its parts cost is multiplied by how often each comes.
 */
import { totalmem } from 'node:os';
import {
  type ForecastRange,
  forecastRange,
  type TrainingAmounts,
  type TrainingCosts,
  type TrainingTime,
  trainingTime,
} from '@trainyard/analysis';
import {
  analysisKey,
  type ExecutionPlan,
  type ForecastFigures,
  type ForecastTask,
  TrainyardError,
} from '@trainyard/contracts';
import { openPacked, packingTime, verifyManifest } from '@trainyard/datasets';
import {
  buildModel,
  cpuLowerings,
  dataShapeOf,
  evaluationBatch,
  type Model,
  parseModelSpec,
  summarizeModel,
} from '@trainyard/engine';
import { peakMemory } from '../process-memory.js';
import { partBehindBackbone } from '../trained-part.js';
import type { TrainingData } from '../training-data.js';
import type { AnalystTools } from './analyst.js';
import { noiseData } from './noise-data.js';
import { type MeasuredPhases, tryPhases } from './trial-phases.js';

/** Images are read for so long to see how long packing them all would take. */
const PACKING_SAMPLE_MS = 1_000;
/** Tensors up to this size are held in memory by the trainer. */
const MEMORY_BYTES_MAX = 512 * 1024 ** 2;

/** How far off a forecast may be while few are known: other work on a machine makes a training longer, not shorter. */
const DURATION_SPREAD = { below: 0.15, above: 0.3 };
/** What a whole training holds at its worst, as a multiple of what the trial held: more of its garbage (benchmarks/forecast). */
const MEMORY_GROWTH = 1.1;
const MEMORY_SPREAD = { below: 0.1, above: 0.25 };

/** Writes `result.json`, which holds `ForecastFigures`. Throws `out_of_memory` and what the compiler throws. */
export async function forecast(task: ForecastTask, tools: AnalystTools): Promise<void> {
  const { store, report } = tools;
  await verifyManifest(store, task.dataset.id, task.dataset.digest);
  const model = buildModel(parseModelSpec(task.spec), dataShapeOf(task.dataset, task.training.normalization));
  refuseTooLarge(task, model, tools);
  const image = { ...model.image, fit: task.dataset.fit };
  const timingFrom = performance.now();
  const pack = await packingTime(store, task.dataset.id, image, PACKING_SAMPLE_MS);
  const timedFor = (performance.now() - timingFrom) / 1000;
  await report({ type: 'progress', fraction: 0.2 });
  const packed = pack === 0 ? await openPacked(store, task.dataset.id, image) : null;
  try {
    const data = packed ?? noiseOf(task, model);
    const { costs, features, plan, trials } = await tryPhases({ task, model, data, tools, notCounted: timedFor });
    const figures = figuresOf(task, {
      costs: { ...costs, pack: pack + features },
      plan,
      trials,
      memory: MEMORY_GROWTH * peakMemory() + (packed ? 0 : tensorBytes(task, model)),
    });
    await store.write(analysisKey(task.analysis_id, 'result.json'), new TextEncoder().encode(JSON.stringify(figures)));
  } finally {
    await packed?.close();
  }
}

/**
 * A measurement of what is larger than the machine would take others down with it. Throws `out_of_memory` where the estimate
 * of the summary, which validation gives too, is above what there is.
 */
function refuseTooLarge({ training, device }: ForecastTask, whole: Model, { lowering }: AnalystTools): void {
  if (device !== 'cpu') return;
  const model = partBehindBackbone(whole, training)?.model ?? whole;
  const lowerings = lowering === 'portable' ? [null] : cpuLowerings(model);
  const { peak } = summarizeModel(model, training.batch_size, training.optimizer, lowerings).memory_bytes;
  const limit = process.constrainedMemory();
  const there = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  if (peak <= there) return;
  const gib = (bytes: number) => (bytes / 2 ** 30).toFixed(1);
  const half = Math.max(1, Math.floor(training.batch_size / 2));
  const detail = `The training would take about ${gib(peak)} GiB of memory; the machine has ${gib(there)}. Use a batch_size of ${half} or less, smaller images or a smaller model.`;
  throw new TrainyardError('out_of_memory', detail, { errors: [{ pointer: '/training/batch_size', detail }] });
}

interface Found extends Pick<MeasuredPhases, 'plan' | 'trials'> {
  costs: TrainingCosts;
  /** Bytes. */
  memory: number;
}

function figuresOf(task: ForecastTask, { costs, plan, memory, trials }: Found): ForecastFigures {
  const { earlier, images, training } = task;
  const time = trainingTime(costs, amountsOf(task, plan));
  const extra = costs.phases.reduce((sum, phase) => sum + phase.extra, 0);
  return {
    duration_s: mapRange(forecastRange(time.total, earlier.duration, DURATION_SPREAD), seconds),
    memory_bytes: mapRange(forecastRange(memory, earlier.memory, MEMORY_SPREAD), Math.round),
    images_per_s: Math.round((images.train * training.epochs) / Math.max(time.train - extra, 1e-6)),
    epoch_s: seconds(time.epoch),
    parts_s: partsOf(time),
    device: task.device,
    threads: plan.threads,
    steps_per_run: plan.steps_per_run,
    measured: {
      steps: trials.reduce((sum, { measured }) => sum + measured.steps, 0),
      seconds: seconds(trials.reduce((sum, { measured }) => sum + measured.seconds, 0)),
    },
  };
}

function amountsOf({ training, images }: ForecastTask, plan: ExecutionPlan): TrainingAmounts {
  return {
    stepsPerEpoch: Math.ceil(images.train / training.batch_size),
    stepsPerRun: plan.steps_per_run,
    evaluationBatchSize: evaluationBatch(training.batch_size),
    images,
    checkpointEpochs: training.checkpoints.every_epochs,
    checkpointSeconds: training.checkpoints.every_seconds,
    budget: training.budget?.max_seconds ?? null,
  };
}

function partsOf({ prepare, pack, train, validation, checkpoints, test }: TrainingTime): ForecastFigures['parts_s'] {
  return {
    prepare: seconds(prepare),
    pack: seconds(pack),
    train: seconds(train),
    validation: seconds(validation),
    checkpoints: seconds(checkpoints),
    test: seconds(test),
  };
}

function mapRange({ low, likely, high }: ForecastRange, map: (value: number) => number): ForecastRange {
  return { low: map(low), likely: map(likely), high: map(high) };
}

function seconds(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function noiseOf({ dataset, images }: ForecastTask, model: Model): TrainingData {
  return noiseData({ task: dataset.task, outputs: model.classes, images });
}

/** What the packed tensors will take of memory. */
function tensorBytes({ images }: ForecastTask, { image }: Model): number {
  const count = images.train + images.validation + images.test;
  const bytes = count * image.width * image.height * image.channels;
  return bytes > MEMORY_BYTES_MAX ? 0 : bytes;
}
