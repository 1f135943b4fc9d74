/** What a training suffers from: verdicts, the figures that each rests on, and what can be done, ready to be posted. */
import { type Static, Type } from 'typebox';
import { IdSchema } from './ids.js';
import { type CreateJob, JOB_STATUSES } from './job.js';
import { Nullable, Words } from './schema.js';

export const DIAGNOSES = [
  'healthy',
  'overfitting',
  'underfitting',
  'still_improving',
  'learning_rate_too_high',
  'learning_rate_too_low',
  'divergence',
  'dead_relu',
  'saturated_activations',
  'vanishing_gradients',
  'exploding_gradients',
  'bad_initialization',
  'class_imbalance',
  'leakage',
  'too_little_data',
] as const;
export type DiagnosisCode = (typeof DIAGNOSES)[number];

export const DiagnosisEvidence = Type.Object({
  metric: Type.String({ description: 'What was looked at, for example val_loss, dead_share or gradient_norm' }),
  epochs: Type.Array(Type.Integer(), { description: 'The epochs that the figures are of; 0 is before the first' }),
  figures: Type.Record(Type.String(), Type.Number()),
  text: Type.String({ description: 'The same in a sentence' }),
});
export type DiagnosisEvidence = Static<typeof DiagnosisEvidence>;

export const DiagnosisRemedy = Type.Object({
  title: Type.String(),
  why: Type.String(),
  promises: Type.Object(
    {
      metric: Type.String({
        description: 'Of the last epoch, as in the job\'s `metrics`; "leaking_images" is of the data set',
      }),
      direction: Words(['up', 'down'] as const),
    },
    { description: 'What the new job is to do better than this one' },
  ),
  before: Type.Optional(
    Type.Object(
      {
        method: Type.Literal('POST'),
        path: Type.String(),
        body: Type.Record(Type.String(), Type.Unknown()),
      },
      { description: 'To be posted first; its answer is the data set whose id takes the place of `apply.dataset_id`' },
    ),
  ),
  apply: Type.Unsafe<CreateJob>(
    Type.Object({}, { additionalProperties: true, description: 'A body for POST /v1/jobs' }),
  ),
});
export type DiagnosisRemedy = Static<typeof DiagnosisRemedy>;

export const DiagnosisVerdict = Type.Object({
  code: Words(DIAGNOSES),
  title: Type.String(),
  confidence: Type.Number({ minimum: 0, maximum: 1 }),
  explained_by: Nullable(Words(DIAGNOSES), { description: 'An earlier verdict that it is likely to follow from' }),
  evidence: Type.Array(DiagnosisEvidence),
  remedies: Type.Array(DiagnosisRemedy, { description: 'What helps most comes first' }),
});
export type DiagnosisVerdict = Static<typeof DiagnosisVerdict>;

export const Diagnosis = Type.Object(
  {
    object: Type.Literal('diagnosis'),
    job_id: IdSchema('job'),
    status: Words(JOB_STATUSES),
    epochs: Type.Integer({ description: 'Epochs that it rests on' }),
    verdicts: Type.Array(DiagnosisVerdict, {
      description:
        'The likeliest first; "healthy" alone where nothing is wrong, and none while there is too little to go by',
    }),
  },
  { $id: 'Diagnosis' },
);
export type Diagnosis = Static<typeof Diagnosis>;
