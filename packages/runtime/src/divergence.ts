/** When a training has diverged: a loss, a figure of the validation or a number of its state is no number any more. */
import { type JobRollback, type MetricValues, TrainyardError } from '@trainyard/contracts';
import type { RunResult } from './epoch.js';
import { nonFiniteLayer } from './non-finite-layer.js';

/** What every learning rate is multiplied by when a training goes back. */
export const RATE_FACTOR = 0.5;

const ADVICE = 'Use a lower learning rate, or another normalization of the images.';

export class DivergedError extends TrainyardError {
  /** The step at which it was noticed. */
  readonly step: number;
  readonly reason: string;

  constructor(reason: string, step: number, remark = '') {
    super('training_diverged', `${reason}${remark}. ${ADVICE}`);
    this.name = 'DivergedError';
    this.step = step;
    this.reason = reason;
  }

  /** The same of a training that had gone back before. */
  after({ to_step: step, rate_factor: factor }: JobRollback): DivergedError {
    const remark = `, though the training had gone back to step ${step} and on with ${factor} of the learning rate`;
    return new DivergedError(this.reason, this.step, remark);
  }
}

type Tensors = ReadonlyMap<string, Float32Array>;

/** Throws for the first step of a run whose loss is no number; `tensors` gives the training's after the run. */
export function refuseLosses(run: RunResult, epoch: number, tensors: () => Tensors): void {
  const bad = run.steps.findIndex(({ loss }) => !Number.isFinite(loss));
  if (bad < 0) return;
  const step = run.firstStep + bad;
  throw new DivergedError(`The loss is no longer a number at epoch ${epoch}, step ${step}${layerOf(tensors())}`, step);
}

/** Throws where the loss on the validation split is no number. */
export function refuseValidation(loss: number, epoch: number, step: number, tensors: Tensors): void {
  if (Number.isFinite(loss)) return;
  const where = `on the validation split in epoch ${epoch}, after step ${step}`;
  throw new DivergedError(`The loss is no longer a number ${where}${layerOf(tensors)}`, step);
}

/** Throws where a training's weights, or what its optimizer keeps of them, hold anything that is no number. */
export function refuseTensors(epoch: number, step: number, tensors: Tensors): void {
  const layer = nonFiniteLayer(tensors);
  if (layer === null) return;
  const what = `The layer ${layer} holds weights or gradients that are no longer numbers`;
  throw new DivergedError(`${what} in epoch ${epoch}, after step ${step}`, step);
}

/** Throws where the loss on the test split is no number: the result would say nothing. A training that is done does not go back. */
export function refuseTest(test: MetricValues | null): void {
  if (test === null || Number.isFinite(test.loss)) return;
  const what =
    'The loss of the trained model is no number on the test split, though it is one on the validation split.';
  throw new TrainyardError('training_diverged', `${what} ${ADVICE}`);
}

function layerOf(tensors: Tensors): string {
  const layer = nonFiniteLayer(tensors);
  return layer === null ? '' : `; of the layers, ${layer} is the first with such weights or gradients`;
}
