/** What the trials of a sweep have come to so far. */
import type { Assignment, ErrorRecord, JobStatus, TrialStatus } from '@trainyard/contracts';
import { Prisma, type PrismaClient } from '../client.js';

/** What is kept of a trial when its sweep ends: its job may be deleted after that. */
export interface TrialOutcome {
  status: TrialStatus;
  curve: [epoch: number, value: number][];
}

export interface TrialRow {
  number: number;
  parameters: Assignment;
  /** Null where its settings were refused, or its job was deleted. */
  jobId: string | null;
  jobStatus: JobStatus | null;
  holdAtEpoch: number | null;
  /** Of the job, or why there is none. */
  error: ErrorRecord | null;
  /** The objective after each epoch. */
  curve: [epoch: number, value: number][];
  outcome: TrialOutcome | null;
}

/** By number. @param metric under its Keras name: `val_accuracy` is the validation's `accuracy` */
export function readTrials(client: PrismaClient, sweepId: string, metric: string): Promise<TrialRow[]> {
  const isValidation = metric.startsWith('val_');
  const split = isValidation ? 'validation' : 'train';
  const figure = isValidation ? metric.slice('val_'.length) : metric;
  return client.$queryRaw<TrialRow[]>(Prisma.sql`
    SELECT t.number, t.parameters, j.id AS "jobId", j.status::text AS "jobStatus", j.hold_at_epoch AS "holdAtEpoch",
      coalesce(j.error, t.error) AS error, t.outcome, coalesce(figures.curve, '[]'::jsonb) AS curve
    FROM sweep_trials t
    LEFT JOIN jobs j ON j.sweep_id = t.sweep_id AND j.trial = t.number
    LEFT JOIN LATERAL (
      SELECT jsonb_agg(jsonb_build_array(m.epoch, m.values->${split}->${figure}) ORDER BY m.step) AS curve
      FROM job_metrics m
      WHERE m.job_id = j.id AND m.resolution = 'epoch' AND jsonb_typeof(m.values->${split}->${figure}) = 'number'
    ) AS figures ON true
    WHERE t.sweep_id = ${sweepId}
    ORDER BY t.number`);
}
