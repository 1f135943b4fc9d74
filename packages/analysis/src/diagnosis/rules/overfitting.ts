/** The train split is learned by heart: its loss falls far below the validation's, which rises. */
import { type Finding, figure, figures, grade, gradeLog, percent, type Rule } from '../finding.js';
import { type Readings, withoutPenalty } from '../readings.js';
import { withAugmentation, withEarlyStopping, withModel } from '../remedies/job-edits.js';
import { widened, withDropout, withL2 } from '../remedies/layer-edits.js';
import { betterScore, lowerLoss, remedy } from '../remedies/remedy.js';
import { THRESHOLDS } from '../thresholds.js';

export interface Gap {
  readonly trainLoss: number;
  readonly valLoss: number;
  /** Of the validation loss over that of the train split. */
  readonly lossRatio: number;
  /** Accuracy on the train split beyond that on the validation split; null where none is measured. */
  readonly accuracyGap: number | null;
  readonly bestEpoch: number;
  readonly lastEpoch: number;
  /** By how much the last validation loss is above the best one, as a part of that. */
  readonly rise: number;
}

/** Null where there is no validation split, or too few epochs. */
export function gapOf({ epochs, trainLoss, valLoss, trainAccuracy, valAccuracy, penalty }: Readings): Gap | null {
  const last = epochs.length - 1;
  if (valLoss.length !== epochs.length || epochs.length < THRESHOLDS.epochs) return null;
  const best = valLoss.indexOf(Math.min(...valLoss));
  const hasAccuracy = trainAccuracy.length === epochs.length && valAccuracy.length === epochs.length;
  const bare = (loss: number) => Math.max(withoutPenalty(loss, penalty), 1e-6);
  return {
    trainLoss: trainLoss[last],
    valLoss: valLoss[last],
    lossRatio: bare(valLoss[last]) / bare(trainLoss[last]),
    accuracyGap: hasAccuracy ? trainAccuracy[last] - valAccuracy[last] : null,
    bestEpoch: epochs[best],
    lastEpoch: epochs[last],
    rise: valLoss[last] / Math.max(valLoss[best], 1e-6) - 1,
  };
}

export const overfitting: Rule = (readings) => {
  const gap = gapOf(readings);
  const limit = THRESHOLDS.overfitting;
  if (!gap) return null;
  const isApart = gap.lossRatio >= limit.lossRatio && (gap.accuracyGap ?? 1) >= limit.accuracyGap;
  const isRising = gap.rise >= limit.rise && gap.lossRatio >= limit.riseRatio;
  if (!isApart && !isRising) return null;
  const byRatio = gradeLog(gap.lossRatio, [limit.riseRatio, 10], [0.6, 0.85]);
  const confidence = Math.min(0.9, byRatio + grade(gap.rise, [0, 0.5], [0, 0.05]));
  return { code: 'overfitting', confidence, evidence: [gapEvidence(gap)], remedies: regularizing(readings) };
};

export function gapEvidence(gap: Gap): Finding['evidence'][number] {
  const { trainLoss, valLoss, accuracyGap, bestEpoch, lastEpoch, rise, lossRatio } = gap;
  const accuracy =
    accuracyGap === null ? '' : `, and the accuracy ${percent(accuracyGap)} lower than on the train split`;
  const best = bestEpoch < lastEpoch ? `; it was best after epoch ${bestEpoch}, by ${percent(rise / (1 + rise))}` : '';
  return {
    metric: 'val_loss',
    epochs: [...new Set([bestEpoch, lastEpoch])],
    figures: figures({ loss: trainLoss, val_loss: valLoss, loss_ratio: lossRatio, accuracy_gap: accuracyGap, rise }),
    text: `After epoch ${lastEpoch} the loss on the validation split is ${figure(valLoss)}, ${figure(lossRatio)} times that on the train split${accuracy}${best}.`,
  };
}

/** What there is against overfitting, the most certain first. */
function regularizing(readings: Readings): Finding['remedies'] {
  const { body, spec, training } = readings.facts;
  const dropped = withModel(body, withDropout(spec));
  const both = remedy(
    'Drop values at random, and stop early',
    'Units that cannot rely on each other learn less by heart (Srivastava et al., 2014), and what comes after the best epoch makes the network worse.',
    lowerLoss,
    withEarlyStopping(dropped),
  );
  const dropout = remedy(
    'Drop values at random',
    'Units that cannot rely on each other learn what holds for other images too (Srivastava et al., 2014).',
    lowerLoss,
    dropped,
  );
  const augmentation = remedy(
    'Change the images at random',
    'A network that never sees an image twice cannot learn it by heart.',
    lowerLoss,
    withAugmentation(body),
  );
  const rest = [
    remedy(
      'Penalise large weights',
      'L2 keeps the function that is learned smooth.',
      betterScore(readings),
      withModel(body, withL2(spec)),
    ),
    remedy(
      'Stop early',
      'What comes after the best epoch makes the network worse and takes time.',
      lowerLoss,
      withEarlyStopping(body),
    ),
    remedy(
      'Simplify',
      'Half as many filters and units hold less by heart.',
      lowerLoss,
      withModel(body, widened(spec, 0.5)),
    ),
  ];
  return training.augmentation ? [both, dropout, ...rest] : [both, augmentation, dropout, ...rest];
}
