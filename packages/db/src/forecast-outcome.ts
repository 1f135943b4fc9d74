/** What the time and memory of a job were, set against what was forecast. */
import type { ForecastOutcome, ForecastRange, JobForecast, JobResult } from '@trainyard/contracts';
import type { Prisma } from './client.js';
import { fromJson } from './json.js';

/**
 * Of a job that is about to succeed; null where nothing was forecast. The time counts only where the job ran to its last
 * epoch, or its budget's end, in one attempt.
 *
 * @param peakMemory bytes; null where it is unknown
 */
export async function forecastOutcome(
  tx: Prisma.TransactionClient,
  jobId: string,
  { stop_reason }: JobResult,
  peakMemory: number | null,
): Promise<ForecastOutcome | null> {
  const row = await tx.job.findUniqueOrThrow({ where: { id: jobId }, select: { forecast: true, attempt: true } });
  const forecast = fromJson<JobForecast | null>(row.forecast);
  if (forecast === null) return null;
  const isWhole = row.attempt === 1 && (stop_reason === 'completed' || stop_reason === 'budget');
  const duration = isWhole ? await secondsHeld(tx, jobId) : null;
  return {
    duration_s: duration,
    memory_bytes: peakMemory,
    duration_error: errorOf(forecast.duration_s, duration),
    memory_error: errorOf(forecast.memory_bytes, peakMemory),
  };
}

/** Since a worker took it, by the clock of the database. */
async function secondsHeld(tx: Prisma.TransactionClient, jobId: string): Promise<number> {
  const [{ seconds }] = await tx.$queryRaw<{ seconds: number }[]>`
    SELECT extract(epoch FROM clock_timestamp() - max(started_at))::float8 AS seconds
    FROM job_phases WHERE job_id = ${jobId} AND status = 'preparing'`;
  return Math.round(seconds * 1000) / 1000;
}

function errorOf(forecast: ForecastRange | null, actual: number | null): number | null {
  return forecast === null || actual === null || actual <= 0 ? null : (forecast.likely - actual) / actual;
}
