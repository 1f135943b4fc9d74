/** A few classes have most of the images, and the network learns those alone. */
import { figure, figures, percent, type Rule } from '../finding.js';
import type { Readings } from '../readings.js';
import { withTraining } from '../remedies/job-edits.js';
import { remedy } from '../remedies/remedy.js';
import { THRESHOLDS } from '../thresholds.js';

export const classImbalance: Rule = (readings) => {
  const { facts, valAccuracy, epochs } = readings;
  const { dataset, training, body } = facts;
  if (dataset.task !== 'multiclass' || !dataset.counts || training.class_weights) return null;
  const counts = Object.entries(dataset.counts.train.classes).sort(([, a], [, b]) => b - a);
  const [[largest, most], [smallest, fewest]] = [counts[0], counts[counts.length - 1]];
  const limit = THRESHOLDS.imbalance;
  const majority = most / dataset.counts.train.total;
  const ratio = most / Math.max(1, fewest);
  if (ratio < limit.ratio) return null;
  const recall = lastRecall(readings);
  const accuracy = valAccuracy.at(-1) ?? null;
  const isHurt =
    (recall !== null && accuracy !== null && accuracy - recall >= limit.recallGap) ||
    (accuracy !== null && majority >= limit.majority && accuracy <= majority + 0.05);
  if (!isHurt && ratio < limit.certainRatio) return null;
  const metrics = training.metrics.some(({ type }) => type === 'recall')
    ? {}
    : { metrics: [...training.metrics, 'recall' as const] };
  return {
    code: 'class_imbalance',
    confidence: isHurt ? 0.95 : 0.55,
    evidence: [
      {
        metric: 'images',
        epochs: [],
        figures: figures({ largest: most, smallest: fewest, ratio, majority }),
        text: `The class ${largest} has ${most} images of the train split, ${percent(majority)}, and ${smallest} has ${fewest}: ${figure(ratio)} times fewer.`,
      },
      ...(accuracy === null
        ? []
        : [
            {
              metric: 'val_accuracy',
              epochs: [epochs[epochs.length - 1]],
              figures: figures({ val_accuracy: accuracy, val_recall: recall, majority }),
              text: `Accuracy on the validation split is ${percent(accuracy)}${recall === null ? '' : `, but the mean recall of the classes ${percent(recall)}`}; naming the class ${largest} each time has about ${percent(majority)}.`,
            },
          ]),
    ],
    remedies: [
      remedy(
        'Weigh the classes',
        'Images of rare classes count as much more as they are rarer; the mean recall of the classes rises, accuracy may fall.',
        { metric: 'val_recall', direction: 'up' },
        withTraining(body, { class_weights: 'balanced', ...metrics }),
      ),
    ],
    explains: ['underfitting', 'still_improving', 'dead_relu', 'overfitting', 'too_little_data'],
  };
};

function lastRecall({ facts: { epochs } }: Readings): number | null {
  return epochs.at(-1)?.validation?.recall ?? null;
}
