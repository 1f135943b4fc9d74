/** Steps are so small that the weights hardly move. */
import { figure, figures, gradeLog, percent, type Rule } from '../finding.js';
import { updatesOf } from '../readings.js';
import { rateOf, withMoreEpochs, withRate, withUsualRate } from '../remedies/job-edits.js';
import { betterScore, remedy } from '../remedies/remedy.js';
import { THRESHOLDS } from '../thresholds.js';

export const learningRateTooLow: Rule = (readings) => {
  const { facts, probes, learned, epochs, trainLoss } = readings;
  const looks = probes.filter((probe) => updatesOf(probe).length > 0);
  const largest = Math.max(...looks.flatMap(updatesOf));
  if (looks.length === 0 || epochs.length === 0 || largest >= THRESHOLDS.updateTooSmall || largest === 0) return null;
  if (learned !== null && learned >= THRESHOLDS.learnedWell) return null;
  const { body } = facts;
  const promises = betterScore(readings);
  return {
    code: 'learning_rate_too_low',
    confidence: gradeLog(largest, [THRESHOLDS.updateTooSmall, THRESHOLDS.updateTooSmall / 10], [0.7, 0.93]),
    evidence: [
      {
        metric: 'update_ratio',
        epochs: looks.map(({ epoch }) => epoch),
        figures: figures({ update_ratio: largest, learning_rate: rateOf(body) }),
        text: `A step moves no kernel by more than ${percent(largest)} of its size; about 0.1 % is usual. The learning rate is ${figure(rateOf(body))}.`,
      },
      {
        metric: 'loss',
        epochs: [epochs[0], epochs[epochs.length - 1]],
        figures: figures({ first: trainLoss[0], last: trainLoss.at(-1) }),
        text: `The loss went from ${figure(trainLoss[0])} to ${figure(trainLoss[trainLoss.length - 1])} in ${epochs.length} epochs.`,
      },
    ],
    remedies: [
      remedy(
        'Use the usual learning rate',
        "Keras' default for this optimizer suits most networks.",
        promises,
        withUsualRate(body),
      ),
      remedy('Raise the learning rate tenfold', 'If it still learns, try again.', promises, withRate(body, 10)),
      remedy('Train longer', 'Small steps get there too, in more of them.', promises, withMoreEpochs(body, 5)),
    ],
    explains: ['underfitting', 'still_improving', 'vanishing_gradients'],
  };
};
