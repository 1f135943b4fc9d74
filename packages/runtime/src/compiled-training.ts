/** The compiled graphs of a training and their sessions: the step that trains, several at once or one, and evaluation. */
import type { ExecutionPlan, Training } from '@trainyard/contracts';
import { compileEvaluation, compileTrainStep, type Model, type Preprocessing } from '@trainyard/engine';
import { blockSizes, type Runners } from './epoch.js';
import { Evaluator } from './evaluate.js';
import { StepRunner } from './step-runner.js';

/** Evaluation may use larger batches than training, since it keeps no gradients. */
const EVALUATION_BATCH_MIN = 64;

export interface CompiledTraining {
  runners: Runners;
  evaluator: Evaluator;
  release(): Promise<void>;
}

/** Compiles only what an epoch of `steps` steps needs. */
export async function openTraining(options: {
  model: Model;
  training: Training;
  preprocessing: Preprocessing;
  plan: ExecutionPlan;
  steps: number;
}): Promise<CompiledTraining> {
  const { model, training, preprocessing, plan } = options;
  const open = (stepsPerRun: number) => {
    const { batch_size: batchSize, optimizer, loss } = training;
    return StepRunner.open(compileTrainStep(model, { batchSize, optimizer, loss, preprocessing, stepsPerRun }), plan);
  };
  const sizes = blockSizes(options.steps, plan.steps_per_run);
  const runners: Runners = {
    several: sizes[0] > 1 ? await open(plan.steps_per_run) : null,
    single: sizes.at(-1) === 1 ? await open(1) : null,
  };
  const batchSize = Math.max(EVALUATION_BATCH_MIN, training.batch_size);
  const evaluator = await Evaluator.open(compileEvaluation(model, { batchSize, preprocessing }), plan);
  return {
    runners,
    evaluator,
    async release() {
      for (const held of [runners.several, runners.single, evaluator]) await held?.release();
    },
  };
}
