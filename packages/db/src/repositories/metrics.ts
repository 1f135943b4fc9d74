/** The metric rows of a job. A row that is written again, after a job has begun anew, replaces the one before. */
import type {
  EpochMetrics,
  JobProgress,
  List,
  MetricResolution,
  MetricValues,
  ProbeMetrics,
  StepMetrics,
} from '@trainyard/contracts';
import { TrainyardError } from '@trainyard/contracts';
import type { Prisma, PrismaClient } from '../client.js';
import { type Fence, notFound, StaleAttemptError } from '../errors.js';
import { flatMetrics } from '../flat-metrics.js';
import { appendEvent, lockHeldJob } from '../job-journal.js';
import { fromJson } from '../json.js';
import { limitOf, type Page, toList } from '../pages.js';

export type MetricRow = EpochMetrics | StepMetrics | ProbeMetrics;

const HISTORY_MAX = 1000;

export interface MetricHistory {
  epochs: EpochMetrics[];
  probes: ProbeMetrics[];
}

export function openMetrics(client: PrismaClient) {
  return {
    /**
     * Writes rows of single steps; the last one becomes the job's latest `metrics`. With them goes how far the job is: one
     * statement for all, since this happens each second of every training.
     */
    async recordSteps(fence: Fence, rows: readonly StepMetrics[], progress: JobProgress | null = null): Promise<void> {
      const last = rows.at(-1);
      const accuracy = last?.accuracy === undefined ? {} : { accuracy: last.accuracy };
      const latest = last ? { loss: last.loss, ...accuracy } : {};
      if (last || progress) await writeHeld(client, fence, { resolution: 'step', rows, latest, progress });
    },

    /**
     * Writes the row of an epoch, its `epoch` event, the job's latest `metrics` and how far it is. An epoch that was trained
     * again to the same figures has had its event.
     */
    async recordEpoch(fence: Fence, row: EpochMetrics, progress: JobProgress | null = null): Promise<void> {
      await client.$transaction(async (tx) => {
        // First: only from here on what was written before is seen.
        await lockHeldJob(tx, fence);
        const isKnown = await hasFigures(tx, fence.id, row);
        await writeHeld(tx, fence, { resolution: 'epoch', rows: [row], latest: flatMetrics(row), progress });
        if (!isKnown) await appendEvent(tx, fence.id, 'epoch', { ...row });
      });
    },

    /** Writes what a look into the network found. */
    async recordProbe(fence: Fence, row: ProbeMetrics): Promise<void> {
      await writeHeld(client, fence, { resolution: 'probe', rows: [row], latest: {}, progress: null });
    },

    /** The newest epochs of a job, as many as one reads at once, and the looks into its network: oldest first. */
    async history(projectId: string, jobId: string): Promise<MetricHistory> {
      if ((await client.job.count({ where: { id: jobId, projectId } })) === 0) throw notFound('job', jobId);
      const newest = async <T>(resolution: MetricResolution) => {
        const rows = await client.jobMetric.findMany({
          where: { jobId, resolution },
          orderBy: { step: 'desc' },
          take: HISTORY_MAX,
        });
        return rows.reverse().map((row) => fromJson<T>(row.values));
      };
      return { epochs: await newest<EpochMetrics>('epoch'), probes: await newest<ProbeMetrics>('probe') };
    },

    /** Oldest first. `after` and `next_cursor` are steps. */
    async list(
      projectId: string,
      jobId: string,
      page: Page & { resolution: MetricResolution },
    ): Promise<List<MetricRow>> {
      if ((await client.job.count({ where: { id: jobId, projectId } })) === 0) throw notFound('job', jobId);
      const after = stepOf(page.after);
      const rows = await client.jobMetric.findMany({
        where: { jobId, resolution: page.resolution, ...(after === null ? {} : { step: { gt: after } }) },
        orderBy: { step: 'asc' },
        take: limitOf(page) + 1,
      });
      return toList(
        rows,
        page,
        (row) => fromJson<MetricRow>(row.values),
        (row) => String(row.step),
      );
    },
  };
}

function stepOf(after: string | undefined): number | null {
  if (after === undefined) return null;
  const step = Number(after);
  if (/^\d+$/.test(after) && step <= 0x7fffffff) return step;
  throw new TrainyardError(
    'invalid_request',
    'Metrics are paged by step: `after` is the `next_cursor` of the page before.',
    {
      errors: [{ pointer: '/after', detail: 'Expected a whole number of steps.' }],
    },
  );
}

/** Whether the row of an epoch is there with the same figures; how long it took may differ. */
async function hasFigures(tx: Prisma.TransactionClient, jobId: string, row: EpochMetrics): Promise<boolean> {
  const [found] = await tx.$queryRaw<{ same: boolean }[]>`
    SELECT values - 'images_per_s' - 'duration_s'
      = ${JSON.stringify(row)}::jsonb - 'images_per_s' - 'duration_s' AS same
    FROM job_metrics WHERE job_id = ${jobId} AND resolution = 'epoch' AND step = ${row.step}`;
  return found?.same === true;
}

interface WrittenRows {
  resolution: MetricResolution;
  rows: readonly MetricRow[];
  /** What changes of the job's latest `metrics`. */
  latest: MetricValues;
  /** Null where it stays. */
  progress: JobProgress | null;
}

/** For the worker that holds the job; writing the same again changes nothing. */
async function writeHeld(
  client: Prisma.TransactionClient,
  fence: Fence,
  { resolution, rows, latest, progress }: WrittenRows,
): Promise<void> {
  const [held] = await client.$queryRaw<{ count: number }[]>`
    WITH held AS (
      UPDATE jobs SET
        metrics = CASE WHEN ${JSON.stringify(latest)}::jsonb = '{}'::jsonb THEN metrics
          ELSE coalesce(metrics, '{}'::jsonb) || ${JSON.stringify(latest)}::jsonb END,
        progress = coalesce(${progress && JSON.stringify(progress)}::jsonb, progress)
      WHERE id = ${fence.id} AND attempt = ${fence.attempt} AND status IN ('preparing', 'running')
      RETURNING id
    ), written AS (
      INSERT INTO job_metrics (job_id, resolution, step, epoch, values)
      SELECT DISTINCT ON (step) id, ${resolution}, step, epoch, value
      FROM held, (
        SELECT (row->>'step')::int AS step, (row->>'epoch')::int AS epoch, row AS value, place
        FROM jsonb_array_elements(${JSON.stringify(rows)}::jsonb) WITH ORDINALITY AS given(row, place)
      ) AS given
      ORDER BY step, place DESC
      ON CONFLICT (job_id, resolution, step)
      DO UPDATE SET epoch = EXCLUDED.epoch, values = EXCLUDED.values, created_at = now()
    )
    SELECT count(*)::int AS count FROM held`;
  if (held?.count !== 1) throw new StaleAttemptError(fence);
}
