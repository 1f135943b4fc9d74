/**
 * The phases of a training: in the first some layers may be frozen, in the second none of them is. Which phase an epoch
 * belongs to is a function of its number, so that a resumed training changes over where one that was left alone does.
 */
import type { Training, TransferTask } from '@trainyard/contracts';
import type { FitStart } from './fit.js';

export interface TrainingPhase {
  /** Its epochs, counted from 1. */
  readonly first: number;
  readonly last: number;
  /** Names of the layers that keep their weights. */
  readonly frozen: readonly string[];
  /** What every learning rate is multiplied by. */
  readonly rateFactor: number;
}

export function onlyPhase({ epochs }: Pick<Training, 'epochs'>, frozen: readonly string[] = []): TrainingPhase {
  return { first: 1, last: epochs, frozen, rateFactor: 1 };
}

export function phasesOf(training: Pick<Training, 'epochs'>, transfer: TransferTask | undefined): TrainingPhase[] {
  if (!transfer) return [onlyPhase(training)];
  const { frozen, unfreeze } = transfer;
  if (unfreeze === null) return [onlyPhase(training, frozen)];
  const { epoch, learning_rate_factor: rateFactor } = unfreeze;
  return [
    { ...onlyPhase(training, frozen), last: epoch - 1 },
    { first: epoch, last: training.epochs, frozen: [], rateFactor },
  ];
}

/** The phase of the epoch that comes next; of a training that is done, the last. */
export function phaseAt(phases: readonly TrainingPhase[], { epoch }: Pick<FitStart, 'epoch'>): TrainingPhase {
  return phases.find(({ last }) => epoch < last) ?? phases[phases.length - 1];
}

/**
 * What the phase begins with where the checkpoint is the last one of the phase before: its weights, and an optimizer and a
 * patience that know nothing yet, as after Keras' `compile`.
 */
export function startIn(phase: TrainingPhase, start: FitStart): FitStart {
  const isFirstStep = phase.first > 1 && start.epoch === phase.first - 1 && !start.inEpoch;
  if (!isFirstStep) return start;
  const { earlyStopping: _, ...kept } = start;
  return { ...kept, tensors: new Map([...start.tensors].filter(([name]) => !name.startsWith('optimizer/'))) };
}
