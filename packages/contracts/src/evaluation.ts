/** Evaluations as the API makes and shows them. */
import { type Static, Type } from 'typebox';
import { EvaluatedImage, EvaluationResult } from './analyses/evaluation-result.js';
import { ANALYSIS_STATUSES } from './analysis.js';
import { SPLITS } from './dataset.js';
import { IdSchema } from './ids.js';
import { ErrorRecordSchema, LIST_LIMIT_DEFAULT, Nullable, Strict, Timestamp, Words } from './schema.js';

/** What can be evaluated, and how; of a posted evaluation and of that of a job. */
const choices = {
  dataset_id: Type.Optional(
    Type.Unsafe<string>({
      ...IdSchema('dataset'),
      description: 'Another data set than the one of the training; its classes, labels or targets are matched by name',
    }),
  ),
  split: Type.Optional(
    Words(SPLITS, {
      description: '`test` where it is left out; `validation` where the data set has no images to test with',
    }),
  ),
  temperature_scaling: Type.Optional(
    Type.Boolean({
      default: false,
      description:
        'Whether to find the temperature that calibrates the probabilities best, on the validation split of the training',
    }),
  ),
};

/** The body of `POST /v1/evaluations`. */
export const CreateEvaluation = Strict(
  {
    checkpoint_id: Type.Optional(IdSchema('checkpoint')),
    job_id: Type.Optional(IdSchema('job')),
    ...choices,
  },
  { $id: 'CreateEvaluation' },
);
export type CreateEvaluation = Static<typeof CreateEvaluation>;

/** The query of `GET /v1/jobs/{id}/evaluation`. */
export const JobEvaluationQuery = Strict({
  checkpoint_id: Type.Optional(
    Type.String({ description: 'One of the checkpoints of the job; its best one where it is left out' }),
  ),
  ...choices,
});
export type JobEvaluationQuery = Static<typeof JobEvaluationQuery>;

export const EVALUATION_PICTURES = [
  'confusion',
  'roc',
  'precision-recall',
  'reliability',
  'residuals',
  'mistakes',
  'label-errors',
] as const;
export type EvaluationPicture = (typeof EVALUATION_PICTURES)[number];

export const Evaluation = Type.Object(
  {
    id: IdSchema('evaluation'),
    object: Type.Literal('evaluation'),
    status: Words(ANALYSIS_STATUSES),
    progress: Nullable(Type.Number({ description: 'From 0 to 1' })),
    checkpoint_id: IdSchema('checkpoint'),
    job_id: Nullable(IdSchema('job')),
    dataset_id: IdSchema('dataset'),
    split: Words(SPLITS),
    temperature_scaling: Type.Boolean(),
    error: Nullable(ErrorRecordSchema),
    result: Type.Optional(
      Nullable(EvaluationResult, { description: 'Once it has succeeded; lists of evaluations leave it out' }),
    ),
    pictures: Type.Record(Type.String(), Type.String(), {
      description: 'Where its pictures are, by name, once it has succeeded: those that its task has',
    }),
    created_at: Timestamp,
    ended_at: Nullable(Timestamp),
  },
  { $id: 'Evaluation' },
);
export type Evaluation = Static<typeof Evaluation>;

/** Images that each list of an evaluation has, at most. */
export const EVALUATED_IMAGES_MAX = 50;

export const EvaluatedImagesQuery = Strict({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: EVALUATED_IMAGES_MAX, default: LIST_LIMIT_DEFAULT })),
  after: Type.Optional(
    Type.Integer({ minimum: 0, description: 'The `next_cursor` of the page before: the `index` of an image' }),
  ),
});

/** An image of a list of an evaluation, with the picture that the model was shown. */
export const ShownEvaluatedImage = Type.Object(
  {
    ...EvaluatedImage.properties,
    thumbnail: Type.String({
      description: 'The image as the model sees it, or a smaller picture of it: PNG, as a `data:` URI',
    }),
  },
  { $id: 'EvaluatedImage' },
);
export type ShownEvaluatedImage = Static<typeof ShownEvaluatedImage>;
