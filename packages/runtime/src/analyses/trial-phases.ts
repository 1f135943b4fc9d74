/** A trial of each phase of a training: compiled as its trainer would, tried for some seconds, and let go. */
import type { TrainingCosts } from '@trainyard/analysis';
import { analysisKey, type ExecutionPlan, type ForecastTask, outputNames } from '@trainyard/contracts';
import {
  buildModel,
  dataShapeOf,
  evaluationBatch,
  freezeLayers,
  type MetricContext,
  type Model,
  metricContext,
  type Preprocessing,
  parseModelSpec,
  preprocessingFor,
} from '@trainyard/engine';
import { openTraining, openTrainingEvaluator } from '../compiled-training.js';
import { firstPlan } from '../first-plan.js';
import { stepsPerEpoch } from '../fit.js';
import { initialWeights } from '../initial-weights.js';
import type { NetworkProbe } from '../network-probe.js';
import { phasesOf, type TrainingPhase } from '../phases.js';
import type { TrainingData } from '../training-data.js';
import type { AnalystTools } from './analyst.js';
import { type TrialCosts, timeEvaluation, tryTraining } from './trial.js';
import { openTrialPart } from './trial-part.js';

export interface MeasuredPhases {
  costs: Omit<TrainingCosts, 'pack'>;
  /** Seconds until the features of a frozen backbone are computed. */
  features: number;
  plan: ExecutionPlan;
  trials: readonly TrialCosts[];
}

interface Given {
  task: ForecastTask;
  /** With no layer frozen but those of its specification. */
  model: Model;
  data: TrainingData;
  tools: AnalystTools;
}

/** Of all phases alike. */
interface Shared extends Given {
  plan: ExecutionPlan;
  tensors: ReadonlyMap<string, Float32Array>;
  preprocessing: Preprocessing;
  context: MetricContext;
}

interface TriedPhase {
  phase: TrainingPhase;
  /** Seconds until it could train. */
  opened: number;
  looks: number;
  features: number;
  testBatch: number | null;
  costs: TrialCosts;
}

/** `notCounted` are the seconds that this process has spent on what a trainer does not do. */
export async function tryPhases(given: Given & { notCounted: number }): Promise<MeasuredPhases> {
  const { task, model, data, tools } = given;
  const { training, dataset, device } = task;
  const preprocessing = preprocessingFor(training.normalization, dataset.stats, model.image.channels);
  const trainingPhases = phasesOf(training, { source: null, frozen: task.frozen, unfreeze: task.unfreeze });
  // A job of the same graph finds this choice made.
  const choosing = performance.now();
  const { plan } = await firstPlan({
    ...{ model, training, preprocessing, device },
    ...{ threads: tools.threads, lowering: tools.lowering ?? 'auto', store: tools.store, signal: tools.signal },
    trained: frozenModel(task, trainingPhases[trainingPhases.length - 1]),
    steps: stepsPerEpoch(data, training),
  });
  const notCounted = given.notCounted + (performance.now() - choosing) / 1000;
  const shared: Shared = {
    ...given,
    plan,
    tensors: await initialWeights(tools.store, model, { training, transfer: undefined }),
    preprocessing,
    context: metricContext(model, outputNames(dataset)),
  };
  const tried: TriedPhase[] = [];
  for (const phase of trainingPhases) {
    // The first is counted from the start of this process, which a trainer has as well.
    tried.push(await tryPhase(shared, phase, tried.length === 0 ? 0 : performance.now()));
  }
  const [first] = tried;
  const last = tried[tried.length - 1];
  const { evaluationBatch, checkpoint, finish } = first.costs;
  const phases = tried.map(({ phase, opened, looks, costs }, i) => ({
    epochs: phase.last - phase.first + 1,
    extra: costs.warmUp + (i === 0 ? 0 : opened) + looks * costs.look,
    stepInRun: costs.stepInRun,
    singleStep: costs.singleStep,
  }));
  const prepare = first.opened - notCounted;
  return {
    costs: { prepare, phases, evaluationBatch, testBatch: last.testBatch, checkpoint, finish },
    features: tried.reduce((sum, { features }) => sum + features, 0),
    plan: shared.plan,
    trials: tried.map(({ costs }) => costs),
  };
}

async function tryPhase(shared: Shared, phase: TrainingPhase, begun: number): Promise<TriedPhase> {
  const { task, data, plan, preprocessing, context, tensors, tools } = shared;
  const { training } = task;
  const model = frozenModel(task, phase);
  const measuringFrom = performance.now();
  const part = await openTrialPart({
    ...{ model, training, data, tensors, preprocessing, plan },
    store: tools.store,
    dataset: task.dataset,
  });
  const measuring = performance.now() - measuringFrom;
  const steps = stepsPerEpoch(data, training);
  const options = { training, preprocessing, plan, context };
  const compiled = await openTraining({ ...options, model: part.model, steps, probedImages: data.splits.train.count });
  try {
    const opened = (performance.now() - begun - measuring) / 1000;
    await tools.report({ type: 'progress', fraction: 0.4 });
    const costs = await tryTraining({
      compiled,
      training,
      data: part.data,
      carried: part.carried,
      context,
      start: { tensors, epoch: 0, step: 0, best: null, learningRate: null },
      frozen: phase.frozen,
      stepsPerRun: plan.steps_per_run,
      signal: tools.signal,
      checkpoint: { store: tools.store, key: analysisKey(task.analysis_id, 'trial.safetensors') },
    });
    const testBatch = part.isPart ? await timeWhole(shared, model) : costs.evaluationBatch;
    return { phase, opened, looks: lookCount(phase, compiled.probe), features: part.features, testBatch, costs };
  } finally {
    await compiled.release();
  }
}

/** One batch of an evaluation of the whole model, backbone and all. */
async function timeWhole({ task, data, tensors, tools, ...shared }: Shared, model: Model): Promise<number | null> {
  const { plan, preprocessing, context } = shared;
  const evaluator = await openTrainingEvaluator({ model, training: task.training, preprocessing, plan, context });
  try {
    const size = evaluationBatch(task.training.batch_size);
    return await timeEvaluation(evaluator, { data, tensors, size, signal: tools.signal });
  } finally {
    await evaluator.release();
  }
}

function frozenModel({ spec, training, dataset }: ForecastTask, { frozen }: TrainingPhase): Model {
  const parsed = freezeLayers(parseModelSpec(spec), new Set(frozen));
  return buildModel(parsed, dataShapeOf(dataset, training.normalization));
}

/** Before the first epoch, and after those that the probe is due for. */
function lookCount({ first, last }: TrainingPhase, probe: NetworkProbe | null): number {
  if (!probe) return 0;
  const epochs = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  return (first === 1 ? 1 : 0) + epochs.filter((epoch) => probe.isDue(epoch)).length;
}
