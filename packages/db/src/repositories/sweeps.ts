/** Sweeps: searches for settings whose trials are jobs. What is tried next is decided by the API. */
import {
  type ErrorRecord,
  type List,
  newId,
  type SweepBody,
  type SweepSettings,
  type SweepStatus,
  TrainyardError,
} from '@trainyard/contracts';
import type { Prisma, PrismaClient } from '../client.js';
import { notFound } from '../errors.js';
import { fromJson, toJson, toNullableJson } from '../json.js';
import { idOf, newestFirst, olderThan, type Page, toList } from '../pages.js';
import { bindSubject, type IdempotencyClaim } from './idempotency-keys.js';
import { endTrialJob, moveOn, type NewTrial, promoteTrial, recordTrial, type SweepFence } from './sweep-changes.js';
import { readTrials, type TrialOutcome } from './sweep-trials.js';

export interface NewSweep {
  projectId: string;
  name?: string | undefined;
  datasetId: string;
  modelId?: string | undefined;
  body: SweepBody;
  settings: SweepSettings;
  idempotency?: IdempotencyClaim | undefined;
}

export interface SweepRow {
  id: string;
  projectId: string;
  name: string | null;
  status: SweepStatus;
  datasetId: string;
  modelId: string | null;
  body: SweepBody;
  settings: SweepSettings;
  revision: number;
  error: ErrorRecord | null;
  createdAt: Date;
  endedAt: Date | null;
}

/** Jobs that are ended at the same time; there may be a thousand. */
const AT_ONCE = 4;

/** Statuses in which a job has not ended. */
const LIVE = ['queued', 'preparing', 'running', 'paused'] as const;

export function openSweeps(client: PrismaClient) {
  async function get(projectId: string, id: string): Promise<SweepRow> {
    const row = await client.sweep.findFirst({ where: { id, projectId } });
    if (!row) throw notFound('sweep', id);
    return toRow(row);
  }

  /** Ends whatever the jobs of an ended sweep still do. Those that a worker has in hand are told first. */
  async function endJobs(id: string, reason: string): Promise<void> {
    await client.$executeRaw`
      UPDATE jobs SET cancel_requested_at = clock_timestamp()
      WHERE sweep_id = ${id} AND status IN ('preparing', 'running') AND cancel_requested_at IS NULL`;
    const jobs = await client.job.findMany({ where: { sweepId: id, status: { in: [...LIVE] } }, select: { id: true } });
    for (let done = 0; done < jobs.length; done += AT_ONCE) {
      const some = jobs.slice(done, done + AT_ONCE);
      await Promise.all(some.map((job) => client.$transaction((tx) => endTrialJob(tx, job.id, reason))));
    }
  }

  return {
    get,

    /** In status `running`. */
    async create({ body, settings, idempotency, ...sweep }: NewSweep): Promise<SweepRow> {
      const id = newId('sweep');
      return client.$transaction(async (tx) => {
        await bindSubject(tx, idempotency, id);
        const { name = null, modelId = null, ...rest } = sweep;
        const data = { ...rest, name, modelId, id, body: toJson(body), settings: toJson(settings) };
        return toRow(await tx.sweep.create({ data: { ...data, status: 'running' } }));
      });
    },

    async list(projectId: string, page: Page & { status?: SweepStatus } = {}): Promise<List<SweepRow>> {
      const status = page.status === undefined ? {} : { status: page.status };
      const rows = await client.sweep.findMany({
        where: { ...olderThan(page), projectId, ...status },
        ...newestFirst(page),
      });
      return toList(rows, page, toRow, idOf);
    },

    trials: (id: string, metric: string) => readTrials(client, id, metric),

    /** Of every project, the oldest first; `state` is another text whenever there may be something to decide. */
    async running(): Promise<{ id: string; projectId: string; state: string }[]> {
      return client.$queryRaw`
        SELECT s.id, s.project_id AS "projectId",
          concat_ws('-', s.revision, count(j.id), sum(j.event_seq)) AS state
        FROM sweeps s LEFT JOIN jobs j ON j.sweep_id = s.id
        WHERE s.status = 'running' GROUP BY s.id ORDER BY s.id`;
    },

    /** Notes a trial whose settings were refused. Throws `SweepMovedOnError`. */
    async refuse(trial: Omit<NewTrial, 'holdAtEpoch'>, error: ErrorRecord): Promise<void> {
      await client.$transaction((tx) => recordTrial(tx, trial, error));
    },

    /** Throws `SweepMovedOnError`. */
    async promote(fence: SweepFence, trial: Pick<NewTrial, 'number' | 'holdAtEpoch'>): Promise<void> {
      await client.$transaction((tx) => promoteTrial(tx, fence, trial));
    },

    /** Ends a sweep that has nothing left to try, and cancels the trials that wait. Throws `SweepMovedOnError`. */
    async finish(
      fence: SweepFence,
      end: { status: 'succeeded' | 'failed'; error: ErrorRecord | null; outcomes: ReadonlyMap<number, TrialOutcome> },
    ): Promise<void> {
      const { sweepId } = fence;
      await client.$transaction(async (tx) => {
        await moveOn(tx, fence);
        const data = { status: end.status, error: toNullableJson(end.error), endedAt: new Date() };
        await tx.sweep.update({ where: { id: sweepId }, data });
        await keepOutcomes(tx, sweepId, end.outcomes);
      });
      await endJobs(sweepId, 'ASHA: not among the best of its rung');
    },

    /** Cancels a sweep and its trials. Asking again changes nothing. Throws `conflict` for one that has ended otherwise. */
    async cancel(projectId: string, id: string, outcomes: ReadonlyMap<number, TrialOutcome>): Promise<SweepRow> {
      await get(projectId, id);
      const { status } = await client.$transaction(async (tx) => {
        const { count } = await tx.sweep.updateMany({
          where: { id, status: 'running' },
          data: { status: 'cancelled', endedAt: new Date(), revision: { increment: 1 } },
        });
        if (count > 0) await keepOutcomes(tx, id, outcomes);
        return tx.sweep.findUniqueOrThrow({ where: { id } });
      });
      if (status !== 'cancelled') {
        throw new TrainyardError('conflict', `The sweep ${id} is ${status} already and cannot be cancelled.`);
      }
      await endJobs(id, 'Cancelled with its sweep');
      return get(projectId, id);
    },

    /** Ends the jobs of sweeps that have ended, where a process went away in the middle of that. Answers their ids. */
    async endJobsLeft(): Promise<string[]> {
      const left = await client.$queryRaw<{ id: string; status: SweepStatus }[]>`
        SELECT DISTINCT s.id, s.status::text AS status FROM jobs j JOIN sweeps s ON s.id = j.sweep_id
        WHERE s.status <> 'running' AND (j.status IN ('queued', 'paused')
          OR j.status IN ('preparing', 'running') AND j.cancel_requested_at IS NULL)`;
      for (const { id, status } of left) {
        await endJobs(id, status === 'cancelled' ? 'Cancelled with its sweep' : 'ASHA: not among the best of its rung');
      }
      return left.map(idOf);
    },

    /** Deletes a sweep that has ended. Its jobs stay, each by itself. Throws `conflict` while one of them is not over. */
    async remove(projectId: string, id: string): Promise<void> {
      const { status } = await get(projectId, id);
      const live = await client.job.count({ where: { sweepId: id, status: { in: [...LIVE] } } });
      if (status === 'running' || live > 0) {
        const detail = `The sweep ${id} or one of its trials is still running. Cancel it (POST /v1/sweeps/${id}/cancel) and wait for its end.`;
        throw new TrainyardError('conflict', detail);
      }
      await client.$transaction(async (tx) => {
        await tx.job.updateMany({ where: { sweepId: id }, data: { trial: null } });
        await tx.sweep.delete({ where: { id } });
      });
    },
  };
}

async function keepOutcomes(
  tx: Prisma.TransactionClient,
  sweepId: string,
  outcomes: ReadonlyMap<number, TrialOutcome>,
): Promise<void> {
  const rows = [...outcomes].map(([number, outcome]) => ({ number, outcome }));
  await tx.$executeRaw`
    UPDATE sweep_trials SET outcome = given.row->'outcome'
    FROM jsonb_array_elements(${JSON.stringify(rows)}::jsonb) AS given(row)
    WHERE sweep_id = ${sweepId} AND number = (given.row->>'number')::int`;
}

function toRow({ body, settings, error, ...row }: Prisma.SweepGetPayload<object>): SweepRow {
  return {
    ...row,
    body: fromJson<SweepBody>(body),
    settings: fromJson<SweepSettings>(settings),
    error: fromJson<ErrorRecord | null>(error),
  };
}
