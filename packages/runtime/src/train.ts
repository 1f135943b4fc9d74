/** A training job from its description to its result: packs the data, compiles, fits, keeps checkpoints, tests the best. */
import {
  type ExecutionPlan,
  type JobProgress,
  outputNames,
  type TrainerReport,
  type TrainingTask,
} from '@trainyard/contracts';
import { type PackedDataset, packDataset } from '@trainyard/datasets';
import {
  buildModel,
  dataShapeOf,
  initialParameters,
  type MetricContext,
  type Model,
  metricContext,
  parseModelSpec,
  preprocessingFor,
  randomBytes,
  randomInputsOf,
  summarizeModel,
} from '@trainyard/engine';
import type { ObjectStore } from '@trainyard/storage';
import { CheckpointHistory } from './checkpoint-history.js';
import { openTraining } from './compiled-training.js';
import { refuseTest } from './divergence.js';
import { type FitObserver, type FitOptions, type FitStart, fit, stepsPerEpoch } from './fit.js';
import { compiledLine, packedLine, startLines } from './log-lines.js';
import { choosePlan } from './plan.js';
import { fitOrGoBack } from './rollback.js';
import { StepReporter } from './step-reporter.js';

/** The forward pass, and the two products of the backward pass. */
const STEP_PASSES = 3;

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
  const { training, dataset } = task;
  const model = buildModel(parseModelSpec(task.spec), dataShapeOf(dataset, training.normalization));
  const packing = performance.now();
  const data = await packDataset(store, dataset.id, { ...model.image, fit: dataset.fit });
  try {
    signal.throwIfAborted();
    await report({ type: 'log', level: 'info', message: packedLine(data, (performance.now() - packing) / 1000) });
    const plan = task.plan ?? newPlan(task, model, stepsPerEpoch(data, training));
    if (!task.plan) await report({ type: 'planned', plan });
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
  const fresh = (): FitStart => {
    const tensors = initialParameters(model, training.seed);
    return { tensors, epoch: 0, step: 0, best: null, learningRate: null };
  };
  const context: MetricContext = metricContext(model, outputNames(task.dataset));
  const start = (await history.resume()) ?? fresh();
  for (const line of startLines(start, task)) await report({ type: 'log', ...line });
  const compiling = performance.now();
  const compiled = await openTraining({
    model,
    training,
    preprocessing,
    plan,
    context,
    steps: stepsPerEpoch(data, training),
    stepsDone: start.inEpoch?.steps,
    probed: { trainImages: data.splits.train.count, imageFlops: imageFlops(model) },
  });
  try {
    signal.throwIfAborted();
    await report({ type: 'log', level: 'info', message: compiledLine((performance.now() - compiling) / 1000) });
    await report({ type: 'running', epoch: start.epoch });
    const startedAt = performance.now() - (task.elapsed_s ?? 0) * 1000;
    const elapsed = () => (performance.now() - startedAt) / 1000;
    const steps = new StepReporter((rows, progress) => report({ type: 'steps', rows, progress, elapsed_s: elapsed() }));
    const observer = observe(steps, { history, report, elapsed });
    const fitted = await fitOrGoBack({
      rollback: task.rollback,
      start,
      // The steps before a failure show how it came.
      fit: (from, rateFactor) =>
        fit({
          ...compiled,
          training,
          data,
          context,
          start: from,
          rateFactor,
          signal,
          order,
          elapsed,
          observer,
        }).finally(() => steps.flush()),
      goBack: async () => (await history.goBack()) ?? fresh(),
      report: (rollback) => report({ type: 'rollback', rollback }),
    });
    if (fitted === null) return false;
    const best = await history.tensors(fitted.best.step);
    const test = await compiled.evaluator.evaluate(best, data.splits.test, signal);
    refuseTest(test);
    await observer.finished();
    await report({ type: 'trained', test, stop_reason: fitted.stopReason });
    return true;
  } finally {
    await compiled.release();
  }
}

/** Of a training step, for one image. */
function imageFlops(model: Model): number {
  return model.layers.reduce((sum, { plan }) => sum + plan.flops, 0) * STEP_PASSES;
}

function newPlan(task: TrainingTask, model: Model, steps: number): ExecutionPlan {
  const { device, threads, training } = task;
  const { width, height, channels } = model.image;
  const random = randomInputsOf(model, training.batch_size).reduce((sum, input) => sum + randomBytes(input), 0);
  const batchBytes = training.batch_size * width * height * channels + random;
  const summary = summarizeModel(model, training.batch_size);
  return choosePlan({ device, threads, summary, batchBytes, stepsPerEpoch: steps });
}

/**
 * Turns what the fit loop tells into reports; a checkpoint is reported once its file is safe. `finished` says that nothing is
 * left to do, which the fit loop cannot: the test comes after it.
 */
function observe(
  steps: StepReporter,
  { history, report, elapsed }: { history: CheckpointHistory; report: Report; elapsed: () => number },
): FitObserver & { finished(): Promise<void> } {
  let latest: JobProgress | null = null;
  return {
    steps(rows, progress) {
      latest = progress;
      return steps.add(rows, progress);
    },
    async epoch(row, progress) {
      latest = progress;
      await steps.flush();
      await report({ type: 'epoch', row, progress, elapsed_s: elapsed() });
    },
    async probe(row) {
      await report({ type: 'probe', row });
    },
    async checkpoint(snapshot) {
      // An attempt that goes on from it does not do the steps before it again.
      await steps.flush();
      const { key, digest, bytes } = await history.save(snapshot);
      const { epoch, step, inEpoch } = snapshot.position;
      await report({
        type: 'checkpoint',
        checkpoint: { epoch, step, key, digest },
        bytes,
        is_best: snapshot.isBest,
        epoch_complete: inEpoch === undefined,
        metrics: snapshot.metrics,
      });
    },
    async finished() {
      if (latest === null) return;
      const progress = { ...latest, eta_s: 0, eta_error_s: 0 };
      await report({ type: 'steps', rows: [], progress, elapsed_s: elapsed() });
    },
  };
}
