/** A training job from its description to its result: packs the data, compiles, fits, keeps checkpoints, tests the best. */
import { type ExecutionPlan, outputNames, type TrainerReport, type TrainingTask } from '@trainyard/contracts';
import { type PackedDataset, packDataset } from '@trainyard/datasets';
import {
  backbonesOf,
  buildModel,
  dataShapeOf,
  freezeLayers,
  type MetricContext,
  type Model,
  metricContext,
  parseModelSpec,
  preprocessingFor,
} from '@trainyard/engine';
import type { ObjectStore } from '@trainyard/storage';
import { CheckpointHistory } from './checkpoint-history.js';
import { openTraining, openTrainingEvaluator } from './compiled-training.js';
import { refuseTest } from './divergence.js';
import { firstPlan } from './first-plan.js';
import { type FitOptions, type FitResult, type FitStart, fit, stepsPerEpoch } from './fit.js';
import { frozenWeights, refuseMoved } from './frozen-weights.js';
import { initialWeights } from './initial-weights.js';
import { requireRunnable } from './kept-nodes.js';
import { KernelSnapshots } from './kernel-snapshots.js';
import { compiledLine, loweringLine, packedLine, startLines } from './log-lines.js';
import { PhasedFit } from './phased-fit.js';
import { phasesOf } from './phases.js';
import { peakMemory } from './process-memory.js';
import { fitOrGoBack } from './rollback.js';
import { openTrainedPart } from './trained-part.js';
import { observeTraining } from './training-observer.js';
import { frozenLine, initialLines, phaseLine } from './transfer-lines.js';

/** What a training tells while it goes on; it waits for the promises that it gets back. */
export type Report = (report: TrainerReport) => Promise<void>;

/**
 * Runs a task to its end and reports all the way; the last report is `trained`. False where `order` told it to hand over:
 * its last checkpoint is where another goes on. Aborting `signal` ends it within one run, and the promise is rejected
 * with the signal's reason. Throws `training_diverged`, `out_of_memory`, `checkpoint_corrupt`
 * and what the compiler and the data set throw.
 */
export async function train(
  task: TrainingTask,
  { store, ...assignment }: Assignment & { store: ObjectStore },
): Promise<boolean> {
  const { signal, order, report } = assignment;
  const { dataset } = task;
  const model = modelOf(task);
  const packing = performance.now();
  const data = await packDataset(store, dataset.id, { ...model.image, fit: dataset.fit });
  try {
    signal.throwIfAborted();
    await report({ type: 'log', level: 'info', message: packedLine(data, (performance.now() - packing) / 1000) });
    const plan = task.plan ?? (await planOf(task, model, { data, store, signal, report }));
    return order?.() === 'hand_over' ? false : await trainPlanned({ task, model, data, plan, store, ...assignment });
  } finally {
    await data.close();
  }
}

/** What a training hears and tells while it goes on. */
export interface Assignment extends Pick<FitOptions, 'signal' | 'order'> {
  report: Report;
}

async function trainPlanned(
  options: Assignment & {
    task: TrainingTask;
    model: Model;
    data: PackedDataset;
    plan: ExecutionPlan;
    store: ObjectStore;
  },
): Promise<boolean> {
  const { task, model, data, plan, store, signal, order, report } = options;
  const { training } = task;
  const preprocessing = preprocessingFor(training.normalization, task.dataset.stats, data.image.channels);
  const job = { id: task.job_id, attempt: task.attempt, rolledBack: task.rollback !== null };
  const history = new CheckpointHistory(store, job, task.checkpoints);
  const fresh = async (): Promise<FitStart> => {
    const tensors = await initialWeights(store, model, task);
    await requireRunnable(model, { parameters: tensors, preprocessing, plan });
    return { tensors, epoch: 0, step: 0, best: null, learningRate: null };
  };
  const context: MetricContext = metricContext(model, outputNames(task.dataset));
  const start = (await history.resume()) ?? (await fresh());
  const kernels = new KernelSnapshots(store, { jobId: task.job_id, epochs: training.epochs, model });
  if (start.step === 0) await kernels.keep(0, start.tensors);
  const log = (message: string) => report({ type: 'log', level: 'info', message });
  for (const line of startLines(start, task)) await report({ type: 'log', ...line });
  for (const { layer, backboneId } of start.step === 0 ? backbonesOf(model) : []) {
    await log(`The layer ${layer} begins with the weights of the backbone ${backboneId}.`);
  }
  for (const line of start.step === 0 ? initialLines(task) : []) await log(line);
  const phased = new PhasedFit({
    phases: phasesOf(training, task.transfer),
    async open(phase, from) {
      const phaseModel = phase.frozen.length === 0 ? model : modelOf(task, phase.frozen);
      const given = { store, task, data, preprocessing, plan, signal, log };
      const part = await openTrainedPart({ ...given, model: phaseModel, tensors: from.tensors });
      const compiling = performance.now();
      const compiled = await openTraining({
        model: part.model,
        training,
        preprocessing,
        plan,
        context,
        steps: stepsPerEpoch(data, training),
        stepsDone: from.inEpoch?.steps,
        probedImages: data.splits.train.count,
      });
      await log(compiledLine((performance.now() - compiling) / 1000));
      if (task.transfer) await log(phaseLine(phase, training));
      return { ...compiled, part, release: () => compiled.release().finally(() => part.close()) };
    },
    newest: () => history.resume(),
  });
  try {
    await phased.open(start);
    signal.throwIfAborted();
    await report({ type: 'running', epoch: start.epoch });
    const startedAt = performance.now() - (task.elapsed_s ?? 0) * 1000;
    const elapsed = () => (performance.now() - startedAt) / 1000;
    const observer = observeTraining({ history, kernels, report, elapsed });
    const fitFrom = (from: FitStart, rateFactor: number): Promise<FitResult | null> =>
      phased.fit(from, async (compiled, phase, begun) => {
        const frozen = frozenWeights(model, phase.frozen, begun.tensors);
        const holdAtEpoch = task.hold_at_epoch ?? null;
        const options = { training, context, phase, rateFactor, signal, order, holdAtEpoch, elapsed, observer };
        const { data, carried } = compiled.part;
        const fitting = fit({ ...compiled, ...options, data, carried, start: begun });
        // The steps before a failure show how it came, and what follows may read every checkpoint.
        const fitted = await fitting.finally(() => observer.settled());
        const newest = fitted && phase.frozen.length > 0 ? await history.resume() : null;
        if (newest) {
          refuseMoved(frozen, frozenWeights(model, phase.frozen, newest.tensors));
          await log(frozenLine(phase.frozen, frozen));
        }
        return fitted;
      });
    const fitted = await fitOrGoBack({
      rollback: task.rollback,
      start,
      fit: fitFrom,
      goBack: async () => (await history.goBack()) ?? fresh(),
      report: (rollback) => report({ type: 'rollback', rollback }),
    });
    if (fitted === null) return false;
    const best = await history.tensors(fitted.best.step);
    const { evaluator, part } = phased.current;
    const whole = part.isPart
      ? await openTrainingEvaluator({ model, training, preprocessing, plan, context })
      : evaluator;
    const test = await whole.evaluate(best, data.splits.test, signal).finally(() => part.isPart && whole.release());
    refuseTest(test);
    await observer.finished();
    await report({ type: 'trained', test, stop_reason: fitted.stopReason, peak_memory_bytes: peakMemory() });
    return true;
  } finally {
    await phased.release();
  }
}

function modelOf({ spec, training, dataset }: TrainingTask, frozen: readonly string[] = []): Model {
  const parsed = freezeLayers(parseModelSpec(spec), new Set(frozen));
  return buildModel(parsed, dataShapeOf(dataset, training.normalization));
}

async function planOf(
  task: TrainingTask,
  model: Model,
  { data, store, signal, report }: { data: PackedDataset; store: ObjectStore; signal: AbortSignal; report: Report },
): Promise<ExecutionPlan> {
  const { device, threads, training, dataset, lowering = 'auto' } = task;
  const { plan, reason } = await firstPlan({
    model,
    // What is frozen at last: a plan holds for all phases, and the later ones have more to do.
    trained: modelOf(task, phasesOf(training, task.transfer).at(-1)?.frozen),
    preprocessing: preprocessingFor(training.normalization, dataset.stats, data.image.channels),
    steps: stepsPerEpoch(data, training),
    ...{ device, threads, training, lowering, store, signal },
  });
  await report({ type: 'planned', plan });
  await report({ type: 'log', level: 'info', message: loweringLine(plan, reason) });
  return plan;
}
