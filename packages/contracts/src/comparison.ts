/** Jobs side by side: where they differ, how well they did, and whether the difference is more than chance. */
import { type Static, Type } from 'typebox';
import { IdSchema } from './ids.js';
import { JOB_STATUSES } from './job.js';
import { ErrorRecordSchema, Nullable, Words } from './schema.js';

export const COMPARED_JOBS_MAX = 6;

const Values = (values: string) => Type.Record(Type.String(), Type.Unknown(), { description: values });

export const JobDifference = Type.Object({
  pointer: Type.String({
    description:
      'Into {"model": …, "training": …, "transfer": …, "dataset": …}; of layers that not all have, into the first that has it',
  }),
  values: Values('By job. A job without the field has no entry'),
});
export type JobDifference = Static<typeof JobDifference>;

export const ComparedMetric = Type.Object({
  name: Type.String({
    description:
      '`test.` the result, `best.` at the best checkpoint, `last.` after the last epoch; `training_s`, `epochs`',
  }),
  goal: Nullable(Words(['min', 'max'] as const)),
  values: Type.Record(Type.String(), Type.Number(), { description: 'By job' }),
  best: Nullable(IdSchema('job'), { description: 'Null where several are best, or nothing is better than another' }),
});
export type ComparedMetric = Static<typeof ComparedMetric>;

export const SIGNIFICANCE_TESTS = ['mcnemar_exact', 'mcnemar_corrected', 'wilcoxon_exact', 'wilcoxon_normal'] as const;

export const COMPARED_FIGURES = ['accuracy', 'hamming_loss', 'absolute_error', 'standardized_error'] as const;

export const JobPair = Type.Object({
  first: IdSchema('job'),
  second: IdSchema('job'),
  images: Type.Integer({ description: 'That both were tested on, with the same label' }),
  relabelled: Type.Integer({ description: 'Images of both that have different labels; they are left out' }),
  figure: Words(COMPARED_FIGURES, {
    description:
      'What is compared. accuracy: one class for each image; hamming_loss: the share of wrong labels; absolute_error: of the target; standardized_error: mean over the targets, each divided by its standard deviation on these images',
  }),
  values: Type.Array(Type.Number(), { minItems: 2, maxItems: 2, description: 'Of the first and of the second' }),
  difference: Type.Object({
    value: Type.Number({ description: 'Second minus first' }),
    interval: Nullable(Type.Array(Type.Number(), { minItems: 2, maxItems: 2, description: '95 %' })),
  }),
  outcomes: Nullable(
    Type.Object({
      both: Type.Integer(),
      only_first: Type.Integer(),
      only_second: Type.Integer(),
      neither: Type.Integer(),
    }),
    { description: 'Who was right on how many images; null where the figure is not the accuracy' },
  ),
  test: Type.Object({
    method: Words(SIGNIFICANCE_TESTS, {
      description:
        "mcnemar_exact: fewer than 25 images on which one alone is right; mcnemar_corrected: else, with Edwards' correction; wilcoxon: signed ranks of the errors of each image",
    }),
    statistic: Nullable(Type.Number()),
    p_value: Type.Number(),
    p_value_adjusted: Type.Number({ description: "Holm's, for the number of pairs" }),
    is_significant: Type.Boolean({ description: 'Whether the adjusted p-value is below 0.05' }),
  }),
});
export type JobPair = Static<typeof JobPair>;

export const TestedJob = Type.Object({
  job_id: IdSchema('job'),
  evaluation_id: Nullable(IdSchema('evaluation')),
  status: Words(['queued', 'running', 'succeeded', 'failed', 'left_out'] as const),
  error: Nullable(ErrorRecordSchema),
});
export type TestedJob = Static<typeof TestedJob>;

export const JobComparison = Type.Object(
  {
    object: Type.Literal('job_comparison'),
    jobs: Type.Array(
      Type.Object({
        id: IdSchema('job'),
        name: Nullable(Type.String()),
        status: Words(JOB_STATUSES),
        dataset_id: IdSchema('dataset'),
        checkpoint_id: Nullable(IdSchema('checkpoint'), { description: 'The best, which is tested' }),
      }),
    ),
    differences: Type.Array(JobDifference),
    metrics: Type.Array(ComparedMetric),
    test: Type.Object({
      split: Words(['test', 'validation'] as const),
      jobs: Type.Array(TestedJob),
      pairs: Type.Array(JobPair, { description: 'Once the evaluations have ended' }),
      notes: Type.Array(Type.String(), { description: 'Why a pair is not there' }),
    }),
    curves: Type.String({ description: 'Where the curves are as a picture' }),
  },
  { $id: 'JobComparison' },
);
export type JobComparison = Static<typeof JobComparison>;
