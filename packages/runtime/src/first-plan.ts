/** The plan of a job that starts: its lowering is chosen, and then all else follows from its figures. */
import type { ExecutionPlan } from '@trainyard/contracts';
import { countFigures, imageBytes, type Model, randomBytes, randomInputsOf } from '@trainyard/engine';
import { type ChoiceOptions, chooseLowering } from './lowering-choice/choose-lowering.js';
import { choosePlan } from './plan.js';
import { partBehindBackbone } from './trained-part.js';

export interface FirstPlanOptions extends ChoiceOptions {
  /** As the first phase trains it; `trained`, by which the lowering is chosen, is as the last one does. */
  model: Model;
  trained: Model;
  /** Of an epoch. */
  steps: number;
}

/** `reason` says why it has its lowering. */
export async function firstPlan(options: FirstPlanOptions): Promise<{ plan: ExecutionPlan; reason: string }> {
  const { device, threads, training, steps: stepsPerEpoch } = options;
  const { block, reason } = await chooseLowering({ ...options, trained: inSteps(options.trained, training) });
  const model = inSteps(options.model, training);
  const random = randomInputsOf(model, training.batch_size).reduce((sum, input) => sum + randomBytes(input), 0);
  const batchBytes = training.batch_size * imageBytes(model) + random;
  const summary = countFigures(model, training.batch_size, training.optimizer);
  return { plan: choosePlan({ device, threads, summary, batchBytes, stepsPerEpoch, block }), reason };
}

/** Behind a frozen backbone the steps train on features. */
function inSteps(whole: Model, training: FirstPlanOptions['training']): Model {
  return partBehindBackbone(whole, training)?.model ?? whole;
}
