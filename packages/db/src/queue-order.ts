/**
 * The order in which queued jobs are taken, in SQL: the one definition that claims and queue positions share. Projects
 * take turns: the one with the fewest jobs in hand is next, among equals the one whose last job was taken longest ago.
 * Within a project a higher priority goes first, then the older job.
 */
import type { Device } from '@trainyard/contracts';
import { Prisma } from './client.js';

/** What the operator has set for all workers and projects. */
export interface QueueRules {
  /** How many jobs of a project may be trained at once where the project itself has no limit; null for any number. */
  projectMaxRunningJobs: number | null;
  /** How long a job is kept for a worker that can repeat its plan to the bit. */
  planWaitSeconds: number;
}

export const QUEUE_RULES: QueueRules = { projectMaxRunningJobs: null, planWaitSeconds: 300 };

/** What of a machine decides the bits that it computes. A plan without a trait comes from an older version. */
export interface MachineTraits {
  /** Instruction sets. */
  cpu: string;
  onnxruntimeVersion: string;
}

/** What a worker can train on, and how. */
export interface WorkerAbilities {
  devices: readonly Device[];
  traits: MachineTraits;
}

/** The pause after a failure is over. */
export const IS_DUE = Prisma.sql`(not_before IS NULL OR not_before <= clock_timestamp())`;

/** The worker has the device that the job asks for. */
export function hasDevice({ devices }: WorkerAbilities): Prisma.Sql {
  return Prisma.sql`(device_requested = 'auto' OR device_requested = ANY(${devices}::text[]))`;
}

/** The job has no plan yet, or the worker can repeat it to the bit. */
export function repeatsPlan({ devices, traits }: WorkerAbilities): Prisma.Sql {
  return Prisma.sql`(plan IS NULL
    OR coalesce(plan->>'device' = ANY(${devices}::text[]), true)
    AND coalesce(plan->>'onnxruntime_version' = ${traits.onnxruntimeVersion}, true)
    AND coalesce(plan->>'cpu' = ${traits.cpu}, true))`;
}

/** Since when the job is in the queue without a break. */
export const QUEUED_SINCE = Prisma.sql`(
  SELECT max(started_at) FROM job_phases WHERE job_phases.job_id = jobs.id AND job_phases.status = 'queued')`;

/** The job was kept long enough for a worker that can repeat its plan. */
export function hasWaitedForPlan({ planWaitSeconds }: QueueRules): Prisma.Sql {
  return Prisma.sql`${QUEUED_SINCE} <= clock_timestamp() - make_interval(secs => ${planWaitSeconds}::float8)`;
}

export interface QueueSlice {
  /** Which queued jobs. */
  which: Prisma.Sql;
  /** An expression: jobs of different pools do not wait for each other. */
  pool: Prisma.Sql;
}

/**
 * A query for queued jobs with their `position` from 1 in their pool, as things stand: `held` jobs of the project are in
 * hand, and `excess` is by how many jobs the limit of the project is exceeded if this one is taken in its turn; 0 where
 * it is not. Jobs that may not be taken yet come last.
 */
export function queueOrder({ which, pool }: QueueSlice, { projectMaxRunningJobs }: QueueRules): Prisma.Sql {
  return Prisma.sql`
    SELECT *, row_number() OVER (
      PARTITION BY pool
      ORDER BY NOT due, excess > 0, turn, held DESC, taken_at NULLS FIRST, project_id, rank
    )::int AS position
    FROM (
      SELECT waiting.*, coalesce(held, 0)::int AS held, coalesce(held, 0) + rank AS turn, job_taken_at AS taken_at,
        greatest(0, coalesce(held, 0) + rank - coalesce(max_running_jobs, ${projectMaxRunningJobs}::int))::int AS excess
      FROM (
        SELECT id, project_id, ${IS_DUE} AS due, ${pool} AS pool,
          row_number() OVER (PARTITION BY project_id, ${pool}, ${IS_DUE} ORDER BY priority DESC, id) AS rank
        FROM jobs WHERE status = 'queued' AND ${which}
      ) AS waiting
      JOIN projects ON projects.id = waiting.project_id
      LEFT JOIN (
        SELECT project_id AS holder, count(*) AS held FROM jobs WHERE status IN ('preparing', 'running') GROUP BY 1
      ) AS in_hand ON holder = waiting.project_id
    ) AS turns`;
}
