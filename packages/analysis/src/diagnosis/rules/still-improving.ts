/** The training ended while the validation loss was still falling. */
import { figure, figures, grade, percent, type Rule } from '../finding.js';
import type { Readings } from '../readings.js';
import { withEarlyStopping, withMoreEpochs, withTraining } from '../remedies/job-edits.js';
import { lowerLoss, remedy } from '../remedies/remedy.js';
import { THRESHOLDS } from '../thresholds.js';

/** The epochs at the end that the fall is judged by. */
function windowOf(epochs: number): number {
  return Math.min(5, Math.max(2, Math.ceil(epochs / 4)));
}

interface Fall {
  readonly metric: 'val_loss' | 'loss';
  /** By how much the loss fell per epoch at the end, as a part of it: geometric mean. */
  readonly perEpoch: number;
  readonly loss: readonly number[];
}

/**
 * How fast the loss was falling at the end, on the validation split or on the train split: where both are about alike, what is
 * still learned of the one holds for the other, however much a single validation is off. Null where it was not.
 */
export function fallOf({ trainLoss, valLoss }: Readings): Fall | null {
  const limit = THRESHOLDS.stillImproving;
  const hasValidation = valLoss.length === trainLoss.length;
  const own: Fall = { metric: hasValidation ? 'val_loss' : 'loss', ...fallIn(hasValidation ? valLoss : trainLoss) };
  const last = own.loss[own.loss.length - 1];
  if (own.perEpoch >= limit.fallPerEpoch && last <= 1.01 * Math.min(...own.loss)) return own;
  const train: Fall = { metric: 'loss', ...fallIn(trainLoss) };
  const isAlike = hasValidation && last < limit.alike * trainLoss[trainLoss.length - 1];
  return isAlike && train.perEpoch >= limit.trainFallPerEpoch ? train : null;
}

function fallIn(loss: readonly number[]): Pick<Fall, 'perEpoch' | 'loss'> {
  const window = windowOf(loss.length);
  if (loss.length <= window) return { perEpoch: 0, loss };
  return { perEpoch: 1 - (loss[loss.length - 1] / loss[loss.length - 1 - window]) ** (1 / window), loss };
}

export const stillImproving: Rule = (readings) => {
  const { facts, epochs } = readings;
  const { stopReason, body } = facts;
  const fall = fallOf(readings);
  const hasEnded = stopReason === 'completed' || stopReason === 'budget' || stopReason === 'stopped';
  if (!fall || !hasEnded || hasLittleRateLeft(readings)) return null;
  const { metric, perEpoch, loss } = fall;
  const window = windowOf(loss.length);
  const [before, last] = [loss[loss.length - 1 - window], loss[loss.length - 1]];
  const longer = withTraining(withMoreEpochs(body, 3), { budget: null });
  return {
    code: 'still_improving',
    confidence: grade(perEpoch, [THRESHOLDS.stillImproving.fallPerEpoch, 0.12], [0.6, 0.88]),
    evidence: [
      {
        metric,
        epochs: epochs.slice(-window - 1),
        figures: figures({ before, last, fall_per_epoch: perEpoch }),
        text: `In the last ${window} epochs the loss on the ${metric === 'loss' ? 'train' : 'validation'} split fell by ${percent(perEpoch)} in each, from ${figure(before)} to ${figure(last)}.`,
      },
    ],
    remedies: [
      remedy('Train longer', 'The loss was still falling when the training ended.', lowerLoss, longer),
      remedy(
        'Train until it stops improving',
        'Early stopping finds the end by itself.',
        lowerLoss,
        withEarlyStopping(longer),
      ),
    ],
  };
};

/** A rate that has decayed to nearly nothing ends the training whatever the loss does. */
function hasLittleRateLeft({ facts: { epochs } }: Readings): boolean {
  const rates = epochs.map(({ learning_rate }) => learning_rate);
  return rates[rates.length - 1] < THRESHOLDS.stillImproving.rateLeft * Math.max(...rates);
}
