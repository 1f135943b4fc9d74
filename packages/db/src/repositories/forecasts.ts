/** What was forecast of jobs, and what became of it. */
import type { ForecastOutcome, JobForecast } from '@trainyard/contracts';
import { Prisma, type PrismaClient } from '../client.js';
import type { Fence } from '../errors.js';
import { lockHeldJob } from '../job-journal.js';
import { fromJson, toJson } from '../json.js';

/** Of so many of the newest jobs: machines and versions change. */
const NEWEST = 200;

/** What jobs took, divided by what was forecast of them before they began. */
export interface ForecastRatios {
  duration: number[];
  memory: number[];
}

export function openForecasts(client: PrismaClient) {
  return {
    /** Of the jobs of a project that were forecast by a measurement and ran to their end. */
    async ratios(projectId: string): Promise<ForecastRatios> {
      const rows = await client.job.findMany({
        where: { projectId, status: 'succeeded', forecastOutcome: { not: Prisma.AnyNull } },
        select: { forecast: true, forecastOutcome: true },
        orderBy: { id: 'desc' },
        take: NEWEST,
      });
      const pairs = rows
        .map(({ forecast, forecastOutcome }) => ({
          forecast: fromJson<JobForecast | null>(forecast),
          outcome: fromJson<ForecastOutcome | null>(forecastOutcome),
        }))
        .filter(({ forecast }) => forecast?.source === 'measurement');
      return {
        duration: pairs.flatMap(({ outcome }) => ratioOf(outcome?.duration_error)),
        memory: pairs.flatMap(({ outcome }) => ratioOf(outcome?.memory_error)),
      };
    },

    /** Notes the forecast of a job that was posted without one. */
    async note(fence: Fence, forecast: JobForecast): Promise<void> {
      await client.$transaction(async (tx) => {
        await lockHeldJob(tx, fence);
        await tx.job.updateMany({
          where: { id: fence.id, forecast: { equals: Prisma.DbNull } },
          data: { forecast: toJson(forecast) },
        });
      });
    },
  };
}

/** `error` is (forecast - actual) / actual. */
function ratioOf(error: number | null | undefined): number[] {
  return error === null || error === undefined ? [] : [1 / (1 + error)];
}
