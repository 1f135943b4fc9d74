/** The compiled graphs of a training and their sessions: the step that trains, several at once or one, and evaluation. */
import type { ExecutionPlan, Training } from '@trainyard/contracts';
import {
  compileEvaluation,
  compileTrainStep,
  evaluationBatch,
  type MetricContext,
  type Model,
  type Preprocessing,
  type StateTensor,
  type TrainStep,
} from '@trainyard/engine';
import { Evaluator } from './evaluate.js';
import { NetworkProbe } from './network-probe.js';
import { OnDemand } from './on-demand.js';
import { Preparation } from './preparation/preparation.js';
import { blockSizes, type Runners } from './preparation/run-inputs.js';
import { StepRunner } from './step-runner.js';
import { trainStepOptions } from './train-step-options.js';

export interface CompiledTraining {
  runners: TrainingRunners;
  /** Of the train split's batches. */
  preparation: Preparation;
  evaluator: Evaluator;
  /** Null where nobody looks into the network. */
  probe: NetworkProbe | null;
  release(): Promise<void>;
}

export interface TrainingRunners extends Runners {
  /** What each of them takes in and gives back. */
  state: readonly StateTensor[];
}

/** Compiles only what epochs of `steps` steps need, the first of which goes on after `stepsDone` of them. */
export async function openTraining(options: {
  model: Model;
  training: Training;
  preprocessing: Preprocessing;
  plan: ExecutionPlan;
  context: MetricContext;
  steps: number;
  stepsDone?: number;
  /** Images of the train split, where the network is looked into. */
  probedImages?: number;
  /** Whether batches are prepared in a thread, where that is worth it; true where it is left out. */
  preparesApart?: boolean;
}): Promise<CompiledTraining> {
  const { model, training, preprocessing, plan, context } = options;
  const { augmentation, batch_size: trainBatch, seed } = training;
  // First: its thread is up by the time that all is compiled.
  const changes = augmentation && { augmentation, image: model.image, batchSize: trainBatch, seed };
  const preparation = new Preparation(changes, options.preparesApart);
  const compile = (stepsPerRun: number) =>
    compileTrainStep(model, trainStepOptions(training, { preprocessing, stepsPerRun, block: plan.block ?? null }));
  const sizes = [options.steps, options.steps - (options.stepsDone ?? 0)].flatMap((steps) =>
    blockSizes(steps, plan.steps_per_run),
  );
  const runners = await openRunners(compile, plan, sizes);
  const evaluator = await openTrainingEvaluator({ model, training, preprocessing, plan, context });
  const trainImages = options.probedImages ?? 0;
  const probe = trainImages > 0 ? await NetworkProbe.open({ model, training, preprocessing, plan, trainImages }) : null;
  return {
    runners,
    preparation,
    evaluator,
    probe,
    async release() {
      for (const held of [runners.several, runners.single, evaluator, probe]) await held?.release();
      await preparation.close();
    },
  };
}

/** What the first step needs is open; a single step that only comes behind runs of several is opened when it comes. */
async function openRunners(
  compile: (stepsPerRun: number) => TrainStep,
  plan: ExecutionPlan,
  sizes: readonly number[],
): Promise<TrainingRunners> {
  const open = (stepsPerRun: number) => StepRunner.open(compile(stepsPerRun), plan);
  const several = Math.max(...sizes) > 1 ? await open(plan.steps_per_run) : null;
  const single = sizes.includes(1) ? new OnDemand(() => open(1)) : null;
  const first = several ?? (await single?.get());
  return { several, single, state: first?.step.state ?? [] };
}

/** Of loss and metrics of the training, over whole splits. */
export function openTrainingEvaluator(options: {
  model: Model;
  training: Training;
  preprocessing: Preprocessing;
  plan: ExecutionPlan;
  context: MetricContext;
}): Promise<Evaluator> {
  const { model, training, preprocessing, plan, context } = options;
  const objective = { loss: training.loss, labelSmoothing: training.label_smoothing };
  const batchSize = evaluationBatch(training.batch_size);
  const evaluation = compileEvaluation(model, { ...objective, batchSize, preprocessing, block: plan.block ?? null });
  return Evaluator.open(evaluation, plan, { metrics: training.metrics, context });
}
