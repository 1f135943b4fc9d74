/** Steps are so large that they lead past what is sought: weights swell, or the loss jumps up and down. */
import { type Finding, figure, figures, grade, gradeLog, percent, type Rule } from '../finding.js';
import { kernelsOf, median, type Readings, updatesOf } from '../readings.js';
import { rateOf, withClipping, withRate } from '../remedies/job-edits.js';
import { betterScore, remedy } from '../remedies/remedy.js';
import { THRESHOLDS } from '../thresholds.js';

type Sign = { readonly confidence: number; readonly evidence: Finding['evidence'][number] };

export const learningRateTooHigh: Rule = (readings) => {
  const signs = [growth(readings), largeSteps(readings), jumps(readings)].flatMap((sign) => sign ?? []);
  if (signs.length === 0) return null;
  const { body } = readings.facts;
  const promises = betterScore(readings);
  const rate = rateOf(body);
  return {
    code: 'learning_rate_too_high',
    confidence: Math.max(...signs.map(({ confidence }) => confidence)),
    evidence: signs.map(({ evidence }) => evidence),
    remedies: [
      remedy('Lower the learning rate a hundredfold', `It is ${figure(rate)}.`, promises, withRate(body, 0.01)),
      remedy('Lower the learning rate tenfold', `It is ${figure(rate)}.`, promises, withRate(body, 0.1)),
      remedy('Limit the gradient', 'A step can then not be longer than its rate allows.', promises, withClipping(body)),
    ],
    explains: [
      'dead_relu',
      'underfitting',
      'saturated_activations',
      'overfitting',
      'vanishing_gradients',
      'still_improving',
    ],
  };
};

/** Normalised kernels may grow without harm, so that growth counts only where not much is learned. */
function growth({ probes, firstProbe, learned }: Readings): Sign | null {
  const next = probes.find(({ epoch }) => epoch > 0);
  if (!firstProbe || !next || (learned ?? 1) >= THRESHOLDS.learnedWell) return null;
  const starts = new Map(kernelsOf(firstProbe).map(({ weight, norm }) => [weight, norm]));
  const factors = kernelsOf(next).flatMap(({ weight, norm }) => {
    const start = starts.get(weight);
    return norm && start ? [norm / start] : [];
  });
  const factor = median(factors);
  if (factor === null || factor < THRESHOLDS.weightGrowth) return null;
  return {
    confidence: gradeLog(factor, [THRESHOLDS.weightGrowth, 10], [0.91, 0.96]),
    evidence: {
      metric: 'norm',
      epochs: [0, next.epoch],
      figures: figures({ growth: factor, largest: Math.max(...factors) }),
      text: `Kernels are ${figure(factor)} times as large after epoch ${next.epoch} as they were at the start, and not much is learned.`,
    },
  };
}

function largeSteps({ probes, learned }: Readings): Sign | null {
  const medians = probes.flatMap((probe) => {
    const ratio = median(updatesOf(probe));
    return ratio === null ? [] : [{ epoch: probe.epoch, ratio }];
  });
  const worst = medians.reduce((most, each) => (each.ratio > most.ratio ? each : most), { epoch: 0, ratio: 0 });
  if (worst.ratio < THRESHOLDS.updateTooLarge || (learned ?? 0) >= THRESHOLDS.learnedWell) return null;
  return {
    confidence: gradeLog(worst.ratio, [THRESHOLDS.updateTooLarge, 0.5], [0.8, 0.93]),
    evidence: {
      metric: 'update_ratio',
      epochs: [worst.epoch],
      figures: figures({ update_ratio: worst.ratio }),
      text: `At epoch ${worst.epoch} a step moves most kernels by ${percent(worst.ratio)} of their size; about 0.1 % is usual.`,
    },
  };
}

/** How often the validation loss rises by more than a quarter from one epoch to the next. */
function jumps({ valLoss, epochs, trainLoss }: Readings): Sign | null {
  if (valLoss.length < THRESHOLDS.jumps.epochs) return null;
  const isJump = (loss: number, i: number) => i > 0 && loss > 1.25 * valLoss[i - 1];
  const places = valLoss.flatMap((loss, i) => (isJump(loss, i) ? [epochs[i]] : []));
  const share = places.length / (valLoss.length - 1);
  const hasRoom = trainLoss[trainLoss.length - 1] > 0.05 * trainLoss[0];
  if (share < THRESHOLDS.jumps.share || !hasRoom) return null;
  return {
    confidence: grade(share, [THRESHOLDS.jumps.share, 0.5], [0.65, 0.85]),
    evidence: {
      metric: 'val_loss',
      epochs: places,
      figures: figures({ jumps: places.length, epochs: valLoss.length }),
      text: `The validation loss jumps up by more than a quarter in ${places.length} of ${valLoss.length - 1} epochs.`,
    },
  };
}
