/** What the facts of a training say at a glance: curves, how much was learned, looks into the network. */
import type { ProbeMetrics, ProbeWeight } from '@trainyard/contracts';
import type { DiagnosisFacts } from './facts.js';

export interface Readings {
  readonly facts: DiagnosisFacts;
  /** Numbers of the epochs that curves have. */
  readonly epochs: readonly number[];
  /** With penalties on weights, as the loss of the validation split has them. */
  readonly trainLoss: readonly number[];
  /** Empty where there is no validation split. */
  readonly valLoss: readonly number[];
  /** What penalties on weights add to the last losses, by the newest look. */
  readonly penalty: number;
  readonly trainAccuracy: readonly number[];
  readonly valAccuracy: readonly number[];
  /** The loss of one who knows only how often each class is; null where that is not known. */
  readonly guessLoss: number | null;
  /**
   * The part of `guessLoss` that is gone, by the better of the last losses of the train and the validation split: the former is
   * raised by dropout and augmentation, the latter by overfitting. Null before the first epoch.
   */
  readonly learned: number | null;
  readonly probes: readonly ProbeMetrics[];
  readonly firstProbe: ProbeMetrics | null;
  readonly lastProbe: ProbeMetrics | null;
}

export function readFacts(facts: DiagnosisFacts): Readings {
  const { epochs, probes } = facts;
  const trainLoss = epochs.map(({ train }) => train.loss);
  const valLoss = epochs.flatMap(({ validation }) => (validation ? [validation.loss] : []));
  const penalty = probes.at(-1)?.penalty ?? 0;
  const figures = (split: 'train' | 'validation') => epochs.flatMap((row) => row[split]?.accuracy ?? []);
  const guessLoss = guessLossOf(facts) ?? probes.find(({ epoch }) => epoch === 0)?.loss ?? null;
  return {
    facts,
    epochs: epochs.map(({ epoch }) => epoch),
    trainLoss,
    valLoss,
    penalty,
    trainAccuracy: figures('train'),
    valAccuracy: figures('validation'),
    guessLoss,
    learned: learnedPart(trainLoss, valLoss, { guess: guessLoss, penalty }),
    probes,
    firstProbe: probes.find(({ epoch }) => epoch === 0) ?? null,
    lastProbe: probes.at(-1) ?? null,
  };
}

/** The entropy of the classes of the train split, which is the least cross-entropy without looking at images. */
function guessLossOf({ dataset, training }: DiagnosisFacts): number | null {
  if (dataset.task === 'regression') return null;
  const entropy = /crossentropy/.test(training.loss.type) && dataset.task === 'multiclass';
  if (!entropy || !dataset.counts) return null;
  const counts = Object.values(dataset.counts.train.classes);
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (training.class_weights) return Math.log(counts.length);
  return counts.reduce((sum, count) => (count === 0 ? sum : sum - (count / total) * Math.log(count / total)), 0);
}

function learnedPart(
  train: readonly number[],
  validation: readonly number[],
  { guess, penalty }: { readonly guess: number | null; readonly penalty: number },
): number | null {
  const last = train.at(-1);
  if (last === undefined || guess === null || guess <= 0) return null;
  return 1 - withoutPenalty(Math.min(last, validation.at(-1) ?? last), penalty) / guess;
}

/** What is left of a loss. The look may be some epochs old, and the penalty of then larger than the loss of now. */
export function withoutPenalty(loss: number, penalty: number): number {
  return Math.max(loss - penalty, 0.05 * loss);
}

/** Kernels alone: biases and scales of normalisations start at 0 or 1 and follow other orders of magnitude. */
export function kernelsOf(probe: ProbeMetrics): ProbeWeight[] {
  return probe.weights.filter(({ weight }) => /kernel$/.test(weight));
}

export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}

/** Updates of kernels in one look, as parts of the weights. */
export function updatesOf(probe: ProbeMetrics): number[] {
  return kernelsOf(probe).flatMap(({ update_ratio }) => update_ratio ?? []);
}
