/** What was forecast of a job, and what became of that. */
import { type Static, Type } from 'typebox';
import { IdSchema } from './ids.js';
import { Nullable, Words } from './schema.js';

/** Eight of ten jobs are to end between `low` and `high`. */
export const ForecastRange = Type.Object({ low: Type.Number(), likely: Type.Number(), high: Type.Number() });
export type ForecastRange = Static<typeof ForecastRange>;

/** Where the forecast of a job comes from: a measurement before it was posted, or its own first seconds. */
export const FORECAST_SOURCES = ['measurement', 'first_steps'] as const;

/** What was forecast of a job. */
export const JobForecast = Type.Object({
  source: Words(FORECAST_SOURCES, {
    description: 'measurement: `POST /v1/forecast` with the same body; first_steps: what its first seconds told',
  }),
  forecast_id: Nullable(IdSchema('forecast')),
  duration_s: ForecastRange,
  memory_bytes: Nullable(ForecastRange),
});
export type JobForecast = Static<typeof JobForecast>;

/** What it was when the job had succeeded. */
export const ForecastOutcome = Type.Object({
  duration_s: Nullable(
    Type.Number({ description: 'Null where the job ran in several attempts, or was stopped before its last epoch' }),
  ),
  memory_bytes: Nullable(Type.Integer()),
  duration_error: Nullable(Type.Number({ description: '(forecast - actual) / actual, of the likely duration' })),
  memory_error: Nullable(Type.Number({ description: 'Likewise, of the memory' })),
});
export type ForecastOutcome = Static<typeof ForecastOutcome>;
