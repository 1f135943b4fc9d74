/** A sweep as the API shows it. */
import type { Sweep, Trial, TrialStatus } from '@trainyard/contracts';
import type { Database, SweepRow, TrialOutcome, TrialRow } from '@trainyard/db';
import { bestOf, epochsOf, ranked, type TrialRecord } from '@trainyard/tuning';
import { isHeld, recordOf, rungsOfSweep } from './search-of.js';

const LEADERS = 10;

/** A trial in every form: as it is stored, as the strategies know it, and as it is shown. */
export interface KnownTrial {
  row: TrialRow;
  record: TrialRecord;
  shown: Trial;
}

/** By number. */
export async function knownTrials(db: Database, sweep: SweepRow): Promise<KnownTrial[]> {
  const { settings } = sweep;
  const rows = await db.sweeps.trials(sweep.id, settings.objective.metric);
  return rows.map((row) => {
    const record = recordOf(row, settings);
    return { row, record, shown: toTrial(sweep, row, record) };
  });
}

/** Best first. A trial that failed is none of them, whatever it had reached. */
export function leaders(sweep: SweepRow, trials: readonly KnownTrial[]): KnownTrial[] {
  const running = trials.filter(({ record }) => record.state !== 'failed');
  const { goal } = sweep.settings.objective;
  const byNumber = new Map(running.map((trial) => [trial.record.number, trial]));
  return ranked(
    running.map(({ record }) => record),
    goal,
  ).flatMap(({ trial }) => byNumber.get(trial.number) ?? []);
}

export async function showSweep(db: Database, sweep: SweepRow): Promise<Sweep> {
  const trials = await knownTrials(db, sweep);
  const { settings, body } = sweep;
  const { space, strategy, objective, epochs, max_trials, max_epochs, parallel, seed, priority, tags } = settings;
  const leaderboard = leaders(sweep, trials)
    .slice(0, LEADERS)
    .map(({ shown }) => shown);
  return {
    id: sweep.id,
    object: 'sweep',
    name: sweep.name,
    status: sweep.status,
    dataset_id: sweep.datasetId,
    model_id: sweep.modelId,
    model: body.model,
    training: body.training,
    space,
    strategy,
    rungs: rungsOfSweep(settings),
    objective,
    epochs,
    max_trials,
    max_epochs,
    parallel,
    seed,
    priority,
    tags,
    counts: countsOf(trials.map(({ shown }) => shown.status)),
    epochs_trained: trials.reduce((sum, { shown }) => sum + shown.epochs, 0),
    best: leaderboard[0] ?? null,
    leaderboard,
    error: sweep.error,
    created_at: sweep.createdAt.toISOString(),
    ended_at: sweep.endedAt?.toISOString() ?? null,
  };
}

export async function getSweep(db: Database, projectId: string, id: string): Promise<Sweep> {
  return showSweep(db, await db.sweeps.get(projectId, id));
}

/** What is kept of the trials when the sweep ends: those that wait have lost, or were cancelled with it. */
export function outcomesOf(trials: readonly KnownTrial[], waiting: 'pruned' | 'cancelled'): Map<number, TrialOutcome> {
  return new Map(
    trials.map(({ row, shown, record }) => {
      const isOver = ['succeeded', 'failed', 'cancelled'].includes(shown.status);
      const lost = shown.status === 'waiting' ? waiting : 'cancelled';
      const curve = record.curve.map(({ epoch, value }): [number, number] => [epoch, value]);
      return [row.number, { status: isOver ? shown.status : lost, curve }];
    }),
  );
}

function toTrial({ status, settings }: SweepRow, row: TrialRow, record: TrialRecord): Trial {
  const best = bestOf(record.curve, settings.objective.goal);
  const rung = rungsOfSweep(settings)?.indexOf(record.until) ?? -1;
  return {
    object: 'trial',
    number: row.number,
    job_id: row.jobId,
    status: statusOf(row, status === 'succeeded' || status === 'failed', record),
    parameters: row.parameters,
    value: best?.value ?? null,
    best_epoch: best?.epoch ?? null,
    epochs: epochsOf(record),
    rung: rung < 0 || row.error !== null ? null : rung,
    error: row.error,
  };
}

function statusOf(row: TrialRow, isDecided: boolean, { until }: TrialRecord): TrialStatus {
  const { jobStatus } = row;
  if (jobStatus === null) return row.outcome?.status ?? 'failed';
  if (jobStatus === 'preparing') return 'running';
  const lost = isHeld(row, until);
  if (jobStatus === 'paused' && lost) return isDecided ? 'pruned' : 'waiting';
  if (jobStatus === 'cancelled' && lost && isDecided) return 'pruned';
  return jobStatus;
}

function countsOf(statuses: readonly TrialStatus[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const status of statuses) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
