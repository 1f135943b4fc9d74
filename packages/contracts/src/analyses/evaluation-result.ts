/**
 * What an evaluation found: `result.json` of an analysis of that kind, and `result` of what the API answers. Which
 * figures are there, the task says; null is a figure that the data does not define.
 */
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { SPLITS } from '../dataset.js';
import { MetricValues } from '../job.js';
import { Nullable, Strict, Words } from '../schema.js';

export const EVALUATION_TASKS = ['multiclass', 'binary', 'multilabel', 'regression'] as const;
export type EvaluationKind = (typeof EVALUATION_TASKS)[number];

const Count = Type.Integer({ minimum: 0 });
const Figure = Type.Number();

/** A share of all images, between the ends of its 95 % confidence interval. */
export const Estimate = Strict({
  value: Figure,
  low: Figure,
  high: Figure,
  confidence: Figure,
  method: Words(['wilson', 'normal'] as const, {
    description: '`wilson` for a share of images; `normal` for a mean over images',
  }),
});
export type Estimate = Static<typeof Estimate>;

export const Scores = Strict({ precision: Figure, recall: Figure, f1: Figure });
export type Scores = Static<typeof Scores>;

export const ClassFigures = Strict({
  name: Type.String(),
  precision: Figure,
  recall: Figure,
  f1: Figure,
  support: Type.Integer({ description: 'Images of the class, or with the label' }),
  predicted: Type.Integer({ description: 'Images that are predicted as it' }),
  roc_auc: Nullable(Figure, { description: 'Against the rest; null where all images are of it, or none' }),
  average_precision: Nullable(Figure, { description: 'Null where no image is of it' }),
});
export type ClassFigures = Static<typeof ClassFigures>;

/** Means over the classes: each the same, each by its support, and of all decisions together. */
export const Averages = Strict({
  macro: Scores,
  weighted: Scores,
  micro: Scores,
  samples: Type.Optional(Scores),
});
export type Averages = Static<typeof Averages>;

const Point = Type.Array(Nullable(Figure), { minItems: 3, maxItems: 3 });

export const Curve = Strict({
  name: Type.String(),
  area: Figure,
  points: Type.Array(Point, {
    description:
      'From the highest threshold to the lowest, thinned: [false positive rate, true positive rate, threshold] or [recall, precision, threshold]',
  }),
});
export type Curve = Static<typeof Curve>;

export const CurveSet = Strict({
  macro: Nullable(Figure),
  weighted: Nullable(Figure),
  micro: Nullable(Figure, { description: 'Null as well where there are too many figures to be put in order' }),
  curves: Type.Array(Curve),
});
export type CurveSet = Static<typeof CurveSet>;

export const ReliabilityBin = Strict({
  low: Figure,
  high: Figure,
  count: Count,
  confidence: Figure,
  accuracy: Figure,
});
export type ReliabilityBin = Static<typeof ReliabilityBin>;

export const Calibration = Strict({
  of: Words(['top_class', 'positive_class', 'labels'] as const, {
    description:
      'Whose probabilities: of the predicted class (multiclass), of class 1 (binary), or of every label (multilabel)',
  }),
  ece: Type.Number({ description: 'Expected calibration error, over 15 bins of one width' }),
  mce: Type.Number({ description: 'The largest gap of a bin' }),
  log_loss: Figure,
  brier_score: Figure,
  bins: Type.Array(ReliabilityBin, { description: 'Those that are not empty' }),
});
export type Calibration = Static<typeof Calibration>;

export const TemperatureScaling = Strict({
  temperature: Type.Number({ description: 'Divide the logits by it, before softmax or sigmoid' }),
  fitted_on: Strict({ split: Words(SPLITS), count: Count, log_loss_before: Figure, log_loss_after: Figure }),
  at_bound: Type.Boolean({ description: 'Whether the best temperature lies beyond those that were tried' }),
  calibration: Calibration,
});
export type TemperatureScaling = Static<typeof TemperatureScaling>;

export const Confused = Strict({
  label: Type.String(),
  predicted: Type.String(),
  count: Count,
  share: Type.Number({ description: 'Of the images of the label' }),
});
export type Confused = Static<typeof Confused>;

export const LabelCounts = Strict({
  name: Type.String(),
  true_negative: Count,
  false_positive: Count,
  false_negative: Count,
  true_positive: Count,
});
export type LabelCounts = Static<typeof LabelCounts>;

/** An image that a list of an evaluation is about. Which of the fields are there, the task says. */
export const EvaluatedImage = Strict({
  index: Type.Integer({ description: 'Its place among the images of its split' }),
  file: Type.String({ description: 'As the upload names it' }),
  label: Type.Optional(Type.String()),
  predicted: Type.Optional(Type.String()),
  label_probability: Type.Optional(Type.Number()),
  predicted_probability: Type.Optional(Type.Number()),
  labels: Type.Optional(Type.Array(Type.String())),
  predicted_labels: Type.Optional(Type.Array(Type.String())),
  values: Type.Optional(Type.Record(Type.String(), Type.Number())),
  predicted_values: Type.Optional(Type.Record(Type.String(), Type.Number())),
  score: Type.Number({
    description:
      'What the list is in order of. Of mistakes: the log loss of the image, or its error in standard deviations; of label errors: how far the given label is behind',
  }),
});
export type EvaluatedImage = Static<typeof EvaluatedImage>;

export const LabelErrors = Strict({
  method: Type.Literal('confident_learning'),
  count: Type.Integer({ description: 'Suspected ones; `images` has the likeliest' }),
  pairs: Type.Array(Strict({ label: Type.String(), suggested: Type.String(), count: Count })),
  images: Type.Array(EvaluatedImage),
});
export type LabelErrors = Static<typeof LabelErrors>;

export const TargetFigures = Strict({
  name: Type.String(),
  mae: Figure,
  rmse: Figure,
  r2: Nullable(Figure),
  explained_variance: Nullable(Figure),
  median_absolute_error: Figure,
  max_error: Figure,
  residuals: Strict({
    mean: Figure,
    std: Figure,
    quantiles: Type.Array(Strict({ q: Figure, value: Figure })),
    histogram: Strict({ edges: Type.Array(Figure), counts: Type.Array(Count) }),
    points: Type.Array(Type.Array(Figure, { minItems: 2, maxItems: 2 }), {
      description: '[actual, predicted] of up to 500 images; a residual is actual − predicted',
    }),
  }),
});
export type TargetFigures = Static<typeof TargetFigures>;

export const RegressionAverages = Strict({ mae: Figure, rmse: Figure, r2: Nullable(Figure) });
export type RegressionAverages = Static<typeof RegressionAverages>;

export const EvaluationResult = Type.Object({
  task: Words(EVALUATION_TASKS),
  split: Words(SPLITS),
  count: Type.Integer({ description: 'Images' }),
  names: Type.Array(Type.String(), { description: 'Of the classes, labels or targets, in the order of the outputs' }),
  metrics: Type.Unsafe<MetricValues>({
    ...MetricValues,
    description: 'The loss and the metrics of the training, on these images',
  }),
  accuracy: Type.Optional(Estimate),
  subset_accuracy: Type.Optional(Estimate),
  balanced_accuracy: Type.Optional(Nullable(Figure)),
  matthews_correlation: Type.Optional(Figure),
  cohen_kappa: Type.Optional(Nullable(Figure)),
  top_k: Type.Optional(Type.Array(Strict({ k: Type.Integer(), accuracy: Figure }))),
  per_class: Type.Optional(Type.Array(ClassFigures)),
  averages: Type.Optional(Averages),
  confusion: Type.Optional(
    Type.Array(Type.Array(Count), { description: 'Rows are the labels, columns what was predicted' }),
  ),
  most_confused: Type.Optional(Type.Array(Confused)),
  label_counts: Type.Optional(Type.Array(LabelCounts)),
  roc: Type.Optional(CurveSet),
  precision_recall: Type.Optional(CurveSet),
  calibration: Type.Optional(Calibration),
  temperature_scaling: Type.Optional(TemperatureScaling),
  targets: Type.Optional(Type.Array(TargetFigures)),
  averages_over_targets: Type.Optional(RegressionAverages),
  mistakes: Type.Array(EvaluatedImage, { description: 'The worst, worst first' }),
  mistake_count: Type.Optional(Type.Integer({ description: 'Images with anything wrong' })),
  label_errors: Type.Optional(LabelErrors),
});
export type EvaluationResult = Static<typeof EvaluationResult>;

const compiled = Compile(EvaluationResult);

/** Throws where the stored result is none that this program reads. */
export function checkEvaluationResult(value: unknown): EvaluationResult {
  if (compiled.Check(value)) return value as EvaluationResult;
  const [first] = compiled.Errors(value);
  throw new Error(`The stored evaluation is not valid at ${first?.instancePath || '/'}: ${first?.message}`);
}
