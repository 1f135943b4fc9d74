/** What a training is going to take, as it is told before it begins. */
import { type Static, Type } from 'typebox';
import { ANALYSIS_STATUSES } from './analysis.js';
import { IdSchema } from './ids.js';
import { DEVICES } from './job.js';
import { ForecastRange } from './job-forecast.js';
import { ErrorRecordSchema, Nullable, Timestamp, Words } from './schema.js';

const Seconds = Type.Number();

/** What a measurement found. */
export const ForecastFigures = Type.Object({
  duration_s: Type.Object(ForecastRange.properties, {
    description:
      'From the moment that a worker takes the job to its end, all epochs trained: early stopping may end it sooner',
  }),
  memory_bytes: Type.Object(ForecastRange.properties, {
    description: 'The most that the training process holds at once',
  }),
  images_per_s: Type.Number({ description: 'Images trained in a second, evaluations left out' }),
  epoch_s: Type.Number({ description: 'One epoch: its steps and its validation' }),
  parts_s: Type.Object(
    {
      prepare: Seconds,
      pack: Seconds,
      train: Seconds,
      validation: Seconds,
      checkpoints: Seconds,
      test: Seconds,
    },
    {
      description:
        'What the likely duration goes to. prepare: starting, reading, compiling; pack: bringing the images to the size of the model, 0 where that was done, and computing the features of a frozen backbone',
    },
  ),
  device: Words(DEVICES),
  threads: Type.Integer(),
  steps_per_run: Type.Integer(),
  measured: Type.Object(
    { steps: Type.Integer(), seconds: Type.Number() },
    { description: 'The training that was done to find this out' },
  ),
});
export type ForecastFigures = Static<typeof ForecastFigures>;

/** By how much forecasts of ended jobs were off. */
export const ForecastErrors = Type.Object(
  {
    jobs: Type.Integer({ description: 'Jobs of this project that were forecast and ran to their end in one go' }),
    duration: Nullable(Type.Number({ description: 'Median of |forecast - actual| / actual; null without such jobs' })),
    memory: Nullable(Type.Number({ description: 'Likewise' })),
  },
  { description: 'How far off the forecasts of earlier jobs were' },
);
export type ForecastErrors = Static<typeof ForecastErrors>;

export const Forecast = Type.Object(
  {
    id: IdSchema('forecast'),
    object: Type.Literal('forecast'),
    status: Words(ANALYSIS_STATUSES),
    dataset_id: IdSchema('dataset'),
    figures: Nullable(ForecastFigures, { description: 'Once it has succeeded' }),
    error_of_earlier_forecasts: ForecastErrors,
    error: Nullable(ErrorRecordSchema),
    created_at: Timestamp,
    ended_at: Nullable(Timestamp),
  },
  { $id: 'Forecast' },
);
export type Forecast = Static<typeof Forecast>;
