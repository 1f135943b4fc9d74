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

/** By how much the loss fell per epoch at the end, as a part of it: geometric mean. Null where there are too few epochs. */
export function fallPerEpoch({ trainLoss, valLoss }: Readings): number | null {
  const loss = valLoss.length === trainLoss.length ? valLoss : trainLoss;
  const window = windowOf(loss.length);
  if (loss.length <= window) return null;
  const before = loss[loss.length - 1 - window];
  return 1 - (loss[loss.length - 1] / before) ** (1 / window);
}

export const stillImproving: Rule = (readings) => {
  const { facts, epochs, valLoss, trainLoss } = readings;
  const { stopReason, body } = facts;
  const limit = THRESHOLDS.stillImproving;
  const fall = fallPerEpoch(readings);
  const hasEnded = stopReason === 'completed' || stopReason === 'budget' || stopReason === 'stopped';
  if (fall === null || !hasEnded || fall < limit.fallPerEpoch || hasLittleRateLeft(readings)) return null;
  const loss = valLoss.length === trainLoss.length ? valLoss : trainLoss;
  const last = loss[loss.length - 1];
  if (last > 1.01 * Math.min(...loss)) return null;
  const window = windowOf(loss.length);
  const longer = withTraining(withMoreEpochs(body, 3), { budget: null });
  return {
    code: 'still_improving',
    confidence: grade(fall, [limit.fallPerEpoch, 0.12], [0.6, 0.88]),
    evidence: [
      {
        metric: 'val_loss',
        epochs: epochs.slice(-window - 1),
        figures: figures({ val_loss_before: loss[loss.length - 1 - window], val_loss: last, fall_per_epoch: fall }),
        text: `In the last ${window} epochs the loss fell by ${percent(fall)} in each, to ${figure(last)}, and was never lower.`,
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
