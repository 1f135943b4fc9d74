/** Forecasts of jobs: what is measured for a posted body, and how it is shown. */
import { medianError } from '@trainyard/analysis';
import {
  type Forecast,
  type ForecastErrors,
  type ForecastFigures,
  ForecastFigures as ForecastFiguresSchema,
  type ForecastRequest,
  type JobForecast,
} from '@trainyard/contracts';
import type { Analysis, NewJob } from '@trainyard/db';
import type { FastifyInstance } from 'fastify';
import { Value } from 'typebox/value';

/** A measurement says something of the machines as they are: a younger one of the same body is not done again. */
export const MEASURED_WITHIN_MS = 10 * 60_000;
/** A job that is posted later than this after its forecast has none. */
const USED_WITHIN_MS = 24 * 3_600_000;

/** What decides the time and memory of a job. Weights that it begins with cost nothing. */
export async function forecastRequest({ db }: Pick<FastifyInstance, 'db'>, job: NewJob): Promise<ForecastRequest> {
  const { digest } = await db.datasets.content(job.projectId, job.datasetId);
  return {
    dataset_id: job.datasetId,
    dataset_digest: digest,
    spec: job.spec,
    training: job.training,
    frozen: job.transfer?.report.frozen ?? [],
    unfreeze: job.transfer?.unfreeze ?? null,
    device: job.device ?? 'auto',
  };
}

/** What was forecast for the same body of late; undefined where nothing was. */
export async function forecastOf(app: FastifyInstance, job: NewJob): Promise<JobForecast | undefined> {
  const { projectId } = job;
  const request = await forecastRequest(app, job);
  const found = await app.db.analyses.findSucceeded({
    projectId,
    kind: 'forecast',
    request,
    maxAgeMs: USED_WITHIN_MS,
  });
  if (!found) return undefined;
  const figures = await readFigures(app, found).catch((error: unknown) => {
    app.log.warn({ err: error, forecast: found.id }, 'a forecast cannot be read');
    return null;
  });
  if (figures === null) return undefined;
  const { duration_s, memory_bytes } = figures;
  return { source: 'measurement', forecast_id: found.id, duration_s, memory_bytes };
}

export async function showForecast(app: FastifyInstance, analysis: Analysis): Promise<Forecast> {
  const { id, projectId, status, datasetId, error, createdAt, endedAt } = analysis;
  return {
    id,
    object: 'forecast',
    status,
    dataset_id: datasetId ?? '',
    figures: status === 'succeeded' ? await readFigures(app, analysis) : null,
    error_of_earlier_forecasts: await earlierErrors(app, projectId),
    error,
    created_at: createdAt.toISOString(),
    ended_at: endedAt?.toISOString() ?? null,
  };
}

async function readFigures(app: FastifyInstance, analysis: Analysis): Promise<ForecastFigures> {
  return Value.Parse(ForecastFiguresSchema, await app.analyses.result(analysis));
}

async function earlierErrors({ db }: FastifyInstance, projectId: string): Promise<ForecastErrors> {
  const { duration, memory } = await db.forecasts.ratios(projectId);
  const median = (ratios: readonly number[]) => medianError(ratios.map((ratio) => 1 / ratio - 1));
  return { jobs: duration.length, duration: median(duration), memory: median(memory) };
}
