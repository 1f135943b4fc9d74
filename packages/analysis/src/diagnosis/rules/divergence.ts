/** The loss is no number any more, or grows without end. */
import { type Finding, figure, figures, type Rule } from '../finding.js';
import type { Readings } from '../readings.js';
import { rateOf, withClipping, withRate, withUsualRate } from '../remedies/job-edits.js';
import { betterScore, remedy } from '../remedies/remedy.js';
import { THRESHOLDS } from '../thresholds.js';

export const divergence: Rule = (readings) => {
  const found = brokeOff(readings) ?? wentBack(readings) ?? grew(readings);
  if (!found) return null;
  const { body } = readings.facts;
  const promises = betterScore(readings);
  const lower = rateOf(withUsualRate(body)) < rateOf(body) ? withUsualRate(body) : withRate(body, 0.1);
  return {
    code: 'divergence',
    ...found,
    remedies: [
      remedy(
        'Lower the learning rate',
        `It is ${figure(rateOf(body))}; ${figure(rateOf(lower))} is usual, or a tenth.`,
        promises,
        lower,
      ),
      remedy(
        'Limit the gradient',
        'One large gradient can then not throw all weights away.',
        promises,
        withClipping(withRate(body, 0.1)),
      ),
    ],
    explains: ['underfitting', 'dead_relu', 'saturated_activations', 'overfitting'],
  };
};

type Found = Pick<Finding, 'confidence' | 'evidence'>;

function brokeOff({ facts: { error } }: Readings): Found | null {
  if (error?.code !== 'training_diverged') return null;
  return { confidence: 0.97, evidence: [{ metric: 'loss', epochs: [], figures: {}, text: error.message }] };
}

function wentBack({ facts: { rollback } }: Readings): Found | null {
  if (!rollback) return null;
  const { at_step, to_step, rate_factor, epoch, reason } = rollback;
  const text = `${reason}. The training went back to step ${to_step} and on with ${rate_factor} of its learning rate.`;
  return {
    confidence: 0.75,
    evidence: [{ metric: 'loss', epochs: [epoch], figures: figures({ at_step, to_step, rate_factor }), text }],
  };
}

function grew({ trainLoss, epochs, guessLoss }: Readings): Found | null {
  const last = trainLoss[trainLoss.length - 1];
  const best = Math.min(...trainLoss);
  if (
    trainLoss.length < THRESHOLDS.epochs ||
    last < THRESHOLDS.divergence.overBest * best ||
    last < 1.2 * (guessLoss ?? 0)
  ) {
    return null;
  }
  const bestEpoch = epochs[trainLoss.indexOf(best)];
  return {
    confidence: 0.85,
    evidence: [
      {
        metric: 'loss',
        epochs: [bestEpoch, epochs[epochs.length - 1]],
        figures: figures({ best, last, guess_loss: guessLoss }),
        text: `The loss on the train split was ${figure(best)} after epoch ${bestEpoch} and has grown to ${figure(last)}, more than guessing has.`,
      },
    ],
  };
}
