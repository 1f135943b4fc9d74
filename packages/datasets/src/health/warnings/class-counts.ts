/** Classes with few images, and splits. */
import { type DatasetWarning, SPLITS, type Split } from '@trainyard/contracts';
import { EXAMPLES_MAX, some, type WarningInput } from './warning-input.js';

/** The largest class may have so many times the images of the smallest; labels of an image differ more by nature. */
const IMBALANCE_MAX = { multiclass: 3, multilabel: 10 };
const TRAIN_IMAGES_MIN = 10;
const SPLIT_IMAGES_MIN = 20;

export function classImbalance({ counts, task }: WarningInput): DatasetWarning | null {
  const classes = Object.entries(counts.train.classes).sort(([, a], [, b]) => a - b);
  if (task === 'regression' || classes.length === 0) return null;
  const [[smallest, least], [largest, most]] = [classes[0], classes[classes.length - 1]];
  if (most <= IMBALANCE_MAX[task] * least) return null;
  const what = task === 'multilabel' ? 'label' : 'class';
  return {
    code: 'class_imbalance',
    message: `The ${what} "${largest}" has ${most} images to train on and "${smallest}" only ${least}; a model may favour the larger.`,
    remedy: `Add images of "${smallest}", or train with ${task === 'multilabel' ? 'loss: "focal"' : 'class_weights: "balanced"'}.`,
  };
}

export function tinyClasses({ counts, task }: WarningInput): DatasetWarning | null {
  if (task === 'regression') return null;
  const tiny = Object.entries(counts.train.classes)
    .filter(([, count]) => count < TRAIN_IMAGES_MIN)
    .sort(([, a], [, b]) => a - b);
  if (tiny.length === 0) return null;
  const named = tiny.slice(0, EXAMPLES_MAX).map(([name, count]) => `"${name}" ${count}`);
  const rest = tiny.length > named.length ? `, and ${tiny.length - named.length} more` : '';
  const [one, several] = task === 'multilabel' ? ['label has', 'labels have'] : ['class has', 'classes have'];
  return {
    code: 'tiny_class',
    message: `${some(tiny.length, one, several)} fewer than ${TRAIN_IMAGES_MIN} images to train on: ${named.join(', ')}${rest}.`,
    remedy: 'Add images, or put classes together that need not be told apart.',
    count: tiny.length,
  };
}

export function smallSplits({ counts }: WarningInput): DatasetWarning[] {
  const least = Math.max(SPLIT_IMAGES_MIN, Object.keys(counts.train.classes).length);
  return SPLITS.filter((split) => split !== 'train' && counts[split].total < least).map((split) => ({
    code: 'small_split',
    message: smallSplitMessage(split, counts[split].total),
    remedy: `Add images, or let options.split.${split} be a larger part.`,
    count: counts[split].total,
  }));
}

function smallSplitMessage(split: Split, total: number): string {
  if (total === 0) return `There are no ${split} images; nothing can be measured on them.`;
  return `The ${split} split has ${some(total, 'image')}; figures measured on so few say little.`;
}
