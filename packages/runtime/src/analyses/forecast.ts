/**
 * Tells what a training will take before it is posted: it is compiled and trained for some seconds as its trainer would,
 * and what its parts cost is multiplied by how often each comes.
 */
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
  outputNames,
} from '@trainyard/contracts';
import { openPacked, packingTime, verifyManifest } from '@trainyard/datasets';
import {
  buildModel,
  dataShapeOf,
  evaluationBatch,
  freezeLayers,
  initialParameters,
  type Model,
  metricContext,
  parseModelSpec,
  preprocessingFor,
} from '@trainyard/engine';
import { type CompiledTraining, openTraining } from '../compiled-training.js';
import { stepsPerEpoch } from '../fit.js';
import { onlyPhase, phasesOf, type TrainingPhase } from '../phases.js';
import { peakMemory } from '../process-memory.js';
import { newPlan } from '../train.js';
import type { TrainingData } from '../training-data.js';
import type { AnalystTools } from './analyst.js';
import { noiseData } from './noise-data.js';
import { type TrialCosts, tryTraining } from './trial.js';

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
  const image = { ...model.image, fit: task.dataset.fit };
  const timingFrom = performance.now();
  const pack = await packingTime(store, task.dataset.id, image, PACKING_SAMPLE_MS);
  const timedFor = (performance.now() - timingFrom) / 1000;
  await report({ type: 'progress', fraction: 0.2 });
  const packed = pack === 0 ? await openPacked(store, task.dataset.id, image) : null;
  try {
    const data = packed ?? noiseOf(task, model);
    const { costs, plan, trials } = await measure(task, model, data, { ...tools, notCounted: timedFor });
    const figures = figuresOf(task, {
      costs: { ...costs, pack },
      plan,
      trials,
      memory: MEMORY_GROWTH * peakMemory() + (packed ? 0 : tensorBytes(task, model)),
    });
    await store.write(analysisKey(task.analysis_id, 'result.json'), new TextEncoder().encode(JSON.stringify(figures)));
  } finally {
    await packed?.close();
  }
}

interface Measured {
  costs: Omit<TrainingCosts, 'pack'>;
  plan: ExecutionPlan;
  trials: readonly TrialCosts[];
}

/** One trial for each phase of the training. `notCounted` are seconds of this process that a trainer does not spend. */
async function measure(
  task: ForecastTask,
  model: Model,
  data: TrainingData,
  tools: AnalystTools & { notCounted: number },
): Promise<Measured> {
  const { training, device } = task;
  const plan = newPlan({ device, threads: tools.threads, training }, model, stepsPerEpoch(data, training));
  const found: { phase: TrainingPhase; opened: number; looks: number; costs: TrialCosts }[] = [];
  for (const phase of phasesOf(training, { source: null, frozen: task.frozen, unfreeze: task.unfreeze })) {
    const begun = performance.now();
    const compiled = await open(task, data, plan, phase);
    try {
      // The first is counted from the start of this process, which a trainer has as well.
      const opened = (performance.now() - (found.length === 0 ? 0 : begun)) / 1000;
      const looks = lookCount(phase, compiled);
      found.push({
        phase,
        opened,
        looks,
        costs: await tryPhase(task, model, { data, plan, compiled, phase, ...tools }),
      });
    } finally {
      await compiled.release();
    }
  }
  const [{ opened, costs }] = found;
  const phases = found.map(({ phase, ...each }, i) => ({
    epochs: phase.last - phase.first + 1,
    extra: each.costs.warmUp + (i === 0 ? 0 : each.opened) + each.looks * each.costs.look,
    stepInRun: each.costs.stepInRun,
    singleStep: each.costs.singleStep,
  }));
  const { evaluationBatch, checkpoint, finish } = costs;
  return {
    costs: { prepare: opened - tools.notCounted, phases, evaluationBatch, checkpoint, finish },
    plan,
    trials: found.map((each) => each.costs),
  };
}

/** Before the first epoch, and after those that the probe is due for. */
function lookCount({ first, last }: TrainingPhase, { probe }: CompiledTraining): number {
  if (!probe) return 0;
  const epochs = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  return (first === 1 ? 1 : 0) + epochs.filter((epoch) => probe.isDue(epoch)).length;
}

function open(
  { spec, training, dataset }: ForecastTask,
  data: TrainingData,
  plan: ExecutionPlan,
  { frozen }: TrainingPhase,
): Promise<CompiledTraining> {
  const model = buildModel(
    freezeLayers(parseModelSpec(spec), new Set(frozen)),
    dataShapeOf(dataset, training.normalization),
  );
  return openTraining({
    model,
    training,
    preprocessing: preprocessingFor(training.normalization, dataset.stats, model.image.channels),
    plan,
    context: metricContext(model, outputNames(dataset)),
    steps: stepsPerEpoch(data, training),
    probedImages: data.splits.train.count,
  });
}

async function tryPhase(
  { analysis_id, training, dataset }: ForecastTask,
  model: Model,
  trial: AnalystTools & { data: TrainingData; plan: ExecutionPlan; compiled: CompiledTraining; phase: TrainingPhase },
): Promise<TrialCosts> {
  const { data, plan, compiled, phase, store, signal, report } = trial;
  await report({ type: 'progress', fraction: 0.4 });
  return tryTraining({
    compiled,
    training,
    data,
    context: metricContext(model, outputNames(dataset)),
    start: { tensors: initialParameters(model, training.seed), epoch: 0, step: 0, best: null, learningRate: null },
    phase: onlyPhase({ epochs: Number.MAX_SAFE_INTEGER }, phase.frozen),
    stepsPerRun: plan.steps_per_run,
    evaluationBatchSize: evaluationBatch(training.batch_size),
    signal,
    checkpoint: { store, key: analysisKey(analysis_id, 'trial.safetensors') },
  });
}

interface Found extends Pick<Measured, 'plan' | 'trials'> {
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
